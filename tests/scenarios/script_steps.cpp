// SPDX-License-Identifier: BSD-3-Clause
#include "announce.hpp"
#include "fullmesh.hpp"
#include "lb_client.hpp"
#include "ndiffports.hpp"
#include "reestablish.hpp"
#include "scenarios/script.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

/// The steps of a script: what the host, its kernel, its applications and the peers do.
namespace subflowd::test {

namespace {

using namespace core;

unsigned number(Words& words, std::string_view what) {
    const auto& word = words.take(what);
    const auto value = detail::parseWhole<unsigned>(word);
    if (!value)
        throw StepFailed("wants " + std::string{what} + ", not " + word);
    return *value;
}

std::uint8_t byte(Words& words, std::string_view what) {
    return static_cast<std::uint8_t>(number(words, what));
}

enum class Switch : std::uint8_t { off, on };

Switch onOrOff(Words& words) {
    const auto& word = words.take("on or off");
    if (word != "on" && word != "off")
        throw StepFailed("wants on or off, not " + word);
    return word == "on" ? Switch::on : Switch::off;
}

std::string endpointText(Words& words, std::string_view what) {
    const auto& word = words.take(what);
    if (!parseEndpoint(word))
        throw StepFailed("wants " + std::string{what} + ", not " + word);
    return word;
}

Duration durationOf(Words& words) {
    const auto& word = words.take("a time");
    const auto unit = std::min(word.find_first_not_of("0123456789"), word.size());
    const auto count = detail::parseWhole<unsigned>(std::string_view{word}.substr(0, unit));
    if (count && word.substr(unit) == "ms")
        return std::chrono::milliseconds(*count);
    if (count && word.substr(unit) == "s")
        return std::chrono::seconds(*count);
    throw StepFailed("wants a time in ms or s, not " + word);
}

Answer answerOf(const std::string& word) {
    static const std::map<std::string, Answer> names{{"accepts", Answer::accepts},
                                                     {"refuses", Answer::refuses},
                                                     {"silent", Answer::silent},
                                                     {"not-multipath", Answer::notMultipath},
                                                     {"rejects", Answer::rejects}};
    const auto known = names.find(word);
    if (known == names.end())
        throw StepFailed("no such answer: " + word);
    return known->second;
}

std::string prefixText(const std::string& word) {
    if (word == "default")
        return "0.0.0.0/0";
    return word == "default6" ? "::/0" : word;
}

} // namespace

Token Script::token(Words& words) {
    const auto& name = words.take("a connection");
    const auto known = connections_.find(name);
    if (known == connections_.end())
        throw StepFailed("no such connection: " + name);
    return known->second;
}

LinkIndex Script::linkOf(const std::string& name) const {
    const auto known = links_.find(name);
    if (known == links_.end())
        throw StepFailed("no such link: " + name);
    return known->second;
}

/// A policy of the daemon by its name. Lives as long as the script.
Policy* Script::made(const std::string& name, const Settings& settings) {
    if (name == "fullmesh")
        policies_.push_back(std::make_unique<fullmesh::Fullmesh>(settings));
    else if (name == "lb-client")
        policies_.push_back(std::make_unique<lb_client::LbClient>(settings));
    else if (name == "announce")
        policies_.push_back(std::make_unique<announce::Announce>(settings));
    else if (name == "reestablish")
        policies_.push_back(std::make_unique<reestablish::Reestablish>(settings));
    else if (name == "ndiffports")
        policies_.push_back(std::make_unique<ndiffports::Ndiffports>(settings));
    else
        throw StepFailed("no such policy: " + name);
    return policies_.back().get();
}

/// Other policies for every connection, with their default settings.
void Script::chain(Words& words) {
    auto& configuration = lab_.configuration();
    configuration.policies.clear();
    configuration.rules[0].chain.clear();
    do {
        const auto& name = words.take("a policy");
        configuration.rules[0].chain.push_back(configuration.policies.size());
        configuration.policies.push_back({name, made(name, {})});
    } while (!words.empty());
    lab_.reload();
}

/// Other settings for the first policy of the chain.
void Script::policy(Words& words) {
    Settings settings;
    while (!words.empty()) {
        const auto& word = words.take("Key=Value");
        const auto equals = word.find('=');
        if (equals == std::string::npos)
            throw StepFailed("wants Key=Value, not " + word);
        settings.set(word.substr(0, equals), word.substr(equals + 1));
    }
    auto& first = lab_.configuration().policies[0];
    first.policy = made(first.name, settings);
    lab_.reload();
}

void Script::facts(Words& /*words*/) {
    auto curious = std::make_unique<ScriptedPolicy>();
    curious->needed = Needs::facts;
    lab_.configuration().policies.push_back({"curious", curious.get()});
    lab_.configuration().rules[0].chain.push_back(1);
    policies_.push_back(std::move(curious));
    lab_.reload();
}

void Script::mode(Words& words) {
    const auto& word = words.take("userspace or observe");
    if (word != "userspace" && word != "observe")
        throw StepFailed("no such mode: " + word);
    lab_.configuration().mode = word == "observe" ? Mode::observe : Mode::userspace;
    lab_.reload();
}

void Script::limit(Words& words) {
    auto& limits = lab_.configuration().limits;
    const bool inbound = words.takeIf("inbound");
    if (!inbound && !words.takeIf("subflows"))
        throw StepFailed("wants subflows or inbound");
    (inbound ? limits.inbound : limits.subflows) = byte(words, "a number");
    lab_.reload();
}

void Script::role(Words& words) {
    const auto pattern = words.take("a link");
    const auto& word = words.take("a role");
    static const std::map<std::string, Role> roles{{"primary", Role::primary},
                                                   {"backup", Role::backup},
                                                   {"standby", Role::standby},
                                                   {"ignore", Role::ignore}};
    const auto role = roles.find(word);
    if (role == roles.end())
        throw StepFailed("no such role: " + word);
    rule({pattern, role->second});
}

void Script::metered(Words& words) {
    const auto pattern = words.take("a link");
    rule({pattern, std::nullopt, onOrOff(words) == Switch::on});
}

void Script::most(Words& words) {
    const auto pattern = words.take("a link");
    rule({pattern, std::nullopt, std::nullopt, byte(words, "a number")});
}

/// Another [Link], before all others.
void Script::rule(LinkRule rule) {
    auto& links = lab_.configuration().links;
    links.insert(links.begin(), std::move(rule));
    lab_.reload();
}

/// A link with an address and a default route of its family.
void Script::uplink(Words& words) {
    const auto index = number(words, "an index");
    const auto name = words.take("a name");
    links_[name] = static_cast<LinkIndex>(index);
    lab_.uplink(index, name, words.take("an address"));
}

void Script::link(Words& words) {
    const auto index = static_cast<LinkIndex>(number(words, "an index"));
    const auto& name = words.take("a name");
    links_[name] = index;
    lab_.kernel.addLink(index, name, words.takeIf("tunnel") ? LinkKind::tunnel : LinkKind::veth);
}

void Script::unlink(Words& words) {
    lab_.kernel.removeLink(linkOf(words.take("a link")));
}

void Script::rename(Words& words) {
    const auto index = linkOf(words.take("a link"));
    const auto& name = words.take("a name");
    links_[name] = index;
    lab_.kernel.renameLink(index, name);
}

void Script::carrier(Words& words) {
    const auto index = linkOf(words.take("a link"));
    lab_.kernel.setCarrier(index, onOrOff(words) == Switch::on);
}

void Script::up(Words& words) {
    const auto index = linkOf(words.take("a link"));
    lab_.kernel.setUp(index, onOrOff(words) == Switch::on);
}

void Script::address(Words& words) {
    const auto index = linkOf(words.take("a link"));
    lab_.kernel.addAddress(index, words.take("an address"));
}

void Script::noAddress(Words& words) {
    const auto index = linkOf(words.take("a link"));
    lab_.kernel.removeAddress(index, words.take("an address"));
}

void Script::route(Words& words) {
    const auto index = linkOf(words.take("a link"));
    lab_.kernel.addRoute(index, prefixText(words.take("a prefix")));
}

void Script::noRoute(Words& words) {
    const auto index = linkOf(words.take("a link"));
    lab_.kernel.removeRoute(index, prefixText(words.take("a prefix")));
}

void Script::connect(Words& words) {
    const auto& name = words.take("a name");
    const auto local = endpointText(words, "a local endpoint");
    const auto remote = endpointText(words, "a remote endpoint");
    auto joinInitial = JoinInitial::allowed;
    if (words.takeIf("denied"))
        joinInitial = JoinInitial::denied;
    else if (words.takeIf("unknown"))
        joinInitial = JoinInitial::unknown;
    const auto side = words.takeIf("server") ? Side::server : Side::client;
    const auto made = lab_.kernel.connect(local, remote, joinInitial, side);
    connections_[name] = made;
    lab_.kernel[made].kernelManaged = words.takeIf("kernel");
}

void Script::establish(Words& words) {
    lab_.kernel.establish(token(words));
}

void Script::halfClose(Words& words) {
    lab_.kernel[token(words)].halfClosed = true;
}

void Script::close(Words& words) {
    lab_.kernel.close(token(words));
}

void Script::announce(Words& words) {
    const auto connection = token(words);
    const auto id = byte(words, "an id");
    lab_.kernel.announceFromPeer(connection, id, endpointText(words, "an endpoint"));
}

void Script::withdraw(Words& words) {
    const auto connection = token(words);
    lab_.kernel.withdrawFromPeer(connection, byte(words, "an id"));
}

void Script::join(Words& words) {
    const auto connection = token(words);
    const auto local = endpointText(words, "a local endpoint");
    const auto remote = endpointText(words, "a remote endpoint");
    words.takeIf("id");
    lab_.kernel.joinFromPeer(connection, local, remote, byte(words, "an id"));
}

void Script::breakSubflow(Words& words) {
    const auto connection = token(words);
    const auto local = words.take("a local address");
    words.takeIf("->");
    const auto remote = endpointText(words, "a remote endpoint");
    words.takeIf("errno");
    lab_.kernel.breakSubflow(connection, local, remote, byte(words, "an errno"));
}

void Script::priority(Words& words) {
    const auto connection = token(words);
    const auto local = words.take("a local address");
    words.takeIf("->");
    const auto remote = endpointText(words, "a remote endpoint");
    const auto wish = words.takeIf("backup") ? Priority::backup : Priority::regular;
    lab_.kernel.setPriorityFromPeer(connection, local, remote, wish);
}

void Script::answer(Words& words) {
    const auto remote = endpointText(words, "a remote endpoint");
    lab_.kernel.answer(remote, answerOf(words.take("an answer")));
}

/// The network brings nothing any more from an address to a host, and then again.
void Script::swallow(Words& words) {
    const auto local = words.take("a local address");
    words.takeIf("->");
    const auto host = words.take("a remote address");
    if (words.takeIf("recovers"))
        lab_.kernel.recover(local, host);
    else if (onOrOff(words) == Switch::on)
        lab_.kernel.swallow(local, host);
    else
        lab_.kernel.bringAgain(local, host);
}

/// An event of a connection once more, whether or not it still exists.
void Script::again(Words& words) {
    const auto connection = token(words);
    const auto known = std::ranges::find(lab_.changes, connection, &Change::token);
    if (known == lab_.changes.end())
        throw StepFailed("nothing is known of it");
    const event::Connection facts{connection, known->side, JoinInitial::allowed, known->tuple};
    if (words.takeIf("created"))
        lab_.step(KernelEvent{event::Created{facts}});
    else if (words.takeIf("established"))
        lab_.step(KernelEvent{event::Established{facts}});
    else
        throw StepFailed("wants created or established");
}

/// The kernel gave this id to this address by itself.
void Script::knownId(Words& words) {
    const auto connection = token(words);
    const auto& address = words.take("an address");
    lab_.kernel[connection].table.push_back(
        {parseAddress(address).value(), 0, static_cast<AddressId>(byte(words, "an id"))});
}

void Script::tellsIds(Words& words) {
    lab_.kernel.tellsIds = onOrOff(words) == Switch::on;
}

void Script::lateAcks(Words& words) {
    lab_.kernel.acksComeLate = onOrOff(words) == Switch::on;
}

void Script::dumpTakes(Words& words) {
    lab_.kernel.dumpTakes = durationOf(words);
}

void Script::loseEvents(Words& words) {
    const bool unnoticed = words.takeIf("unnoticed");
    lab_.kernel.losesEvents = onOrOff(words) == Switch::on;
    if (!lab_.kernel.losesEvents && !unnoticed)
        lab_.kernel.reportLoss();
}

void Script::resync(Words& /*words*/) {
    lab_.resync();
}

void Script::restart(Words& /*words*/) {
    lab_.restart();
}

void Script::runFor(Words& words) {
    lab_.run(durationOf(words));
}

} // namespace subflowd::test
