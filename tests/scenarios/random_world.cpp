// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/random_world.hpp"

#include "recording/entry.hpp"
#include "scenarios/restless.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <utility>

namespace subflowd::test {

using namespace core;

namespace {

using namespace std::chrono_literals;

Settings mostSubflows(const std::string& number) {
    Settings settings;
    settings.set("MaxSubflows", number);
    return settings;
}

std::string hex(Token token) {
    return std::to_string(static_cast<std::uint32_t>(token));
}

std::string lineOf(const FourTuple& tuple, bool pending) {
    return toString(tuple.local.address) + " -> " + toString(tuple.remote) +
           (pending ? " pending" : ":" + std::to_string(tuple.local.port));
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += "\n    " + line;
    return text;
}

} // namespace

Said::Said(const Outcome& outcome)
    : commands(outcome.commands),
      listeners(outcome.listeners),
      memos(outcome.memos),
      changes(outcome.changes),
      log(outcome.log),
      answers(outcome.answers),
      promise(outcome.promise),
      resync(outcome.resync),
      health(outcome.health),
      wake(outcome.wake) {
    for (auto& change : changes) {
        voices.emplace_back(change.by);
        change.by = {};
    }
}

RandomWorld::RandomWorld(Chance chance)
    : chance_{std::move(chance)},
      three_{mostSubflows("3")},
      lab_{{{"fullmesh", &eight_},
            {"reestablish", &healer_},
            {"announcer", &announcer_},
            {"restless", &restless_}},
           Protection::on} {
    greedy_.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan, {0, 2, Priority::regular});
    };
    restless_.say = replaceWhatIsWell;
    announcer_.say = [](const ConnectionView& connection, const HostView& host, Plan& plan) {
        for (std::size_t i = 0; i < host.addresses.size(); ++i) {
            const bool again = i % 2 == 0 && connection.announcements.size() > i &&
                               host.now - connection.announcements[i].since > 3s;
            plan.announce(static_cast<LocalId>(i),
                          i % 3 == 0 ? std::uint16_t{8443} : std::uint16_t{0}, {&because, 0, 0},
                          again ? Delivery::again : Delivery::once);
        }
    };
    first_ = lab_.configuration();
    lab_.kernel.factsTake = 0ms;
    lab_.observer = [this](const Input& input, const Outcome& outcome) { check(input, outcome); };
    for (std::uint32_t i = 1; i <= 3; ++i) {
        const auto address = "10.0." + std::to_string(i) + ".1";
        lab_.uplink(i, "eth" + std::to_string(i), address + "/24");
        links_[i].addresses.insert(address);
    }
    if (pick(2) == 0) { // so few that joins have ports of the daemon's choice
        HostFacts host;
        host.ephemeralPorts = {50000, 50031};
        lab_.step(host);
    }
    lab_.settle();
}

void RandomWorld::note(std::string what) {
    history_.push_back(std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(
                                          lab_.now.time_since_epoch())
                                          .count()) +
                       " ms: " + std::move(what));
}

Token RandomWorld::anyConnection() {
    return alive_.empty() ? Token{} : alive_[pick(static_cast<unsigned>(alive_.size()))];
}

std::string RandomWorld::anyAddress() {
    const auto link = 1 + pick(3);
    const auto& addresses = links_[link].addresses;
    return addresses.empty() ? "10.0." + std::to_string(link) + ".1" : *addresses.begin();
}

std::string RandomWorld::live() {
    try {
        return pass();
    } catch (const NeverRests& busy) {
        return busy.what();
    }
}

std::string RandomWorld::pass() {
    for (int part = 0; part < 3; ++part) {
        for (int i = 0; i < 25; ++i)
            if (auto problem = step(); !problem.empty())
                return problem;
        if (auto problem = rest(); !problem.empty())
            return problem;
    }
    if (auto problem = end(); !problem.empty())
        return problem;
    return replay();
}

std::string RandomWorld::step() {
    static constexpr void (RandomWorld::*things[])() = {
        &RandomWorld::changeLink,      &RandomWorld::changeAddress,   &RandomWorld::changeRoute,
        &RandomWorld::connect,         &RandomWorld::connect,         &RandomWorld::actOnConnection,
        &RandomWorld::actOnConnection, &RandomWorld::actOnConnection, &RandomWorld::actAsPeer,
        &RandomWorld::actAsPeer,       &RandomWorld::breakSomething,  &RandomWorld::disturb,
        &RandomWorld::changePath,      &RandomWorld::reload,          &RandomWorld::operate};
    (this->*things[pick(std::size(things))])();
    static constexpr Duration times[] = {0ms, 0ms, 1ms, 5ms, 10ms, 30ms, 150ms, 250ms, 1s, 7s};
    lab_.run(times[pick(std::size(times))]);
    if (wrong_.empty())
        wrong_ = checkConnections();
    return wrong_;
}

void RandomWorld::changeLink() {
    const auto index = 1 + pick(3);
    auto& link = links_[index];
    link.carrier = !link.carrier;
    note("carrier " + std::to_string(index) + (link.carrier ? " on" : " off"));
    lab_.kernel.setCarrier(static_cast<LinkIndex>(index), link.carrier);
}

void RandomWorld::changeAddress() {
    const auto index = 1 + pick(3);
    auto& addresses = links_[index].addresses;
    const auto address = "10.0." + std::to_string(index) + "." + std::to_string(1 + pick(2));
    note("address " + address);
    if (addresses.erase(address) > 0) {
        lab_.kernel.removeAddress(static_cast<LinkIndex>(index), address);
    } else {
        addresses.insert(address);
        lab_.kernel.addAddress(static_cast<LinkIndex>(index), address + "/24");
    }
}

void RandomWorld::changeRoute() {
    const auto index = static_cast<LinkIndex>(1 + pick(3));
    const auto* prefix = pick(2) == 0 ? "0.0.0.0/0" : "10.9.0.0/24";
    const bool add = pick(3) != 0;
    note(std::string{add ? "add " : "remove "} + "route " + prefix);
    if (add)
        lab_.kernel.addRoute(index, prefix);
    else
        lab_.kernel.removeRoute(index, prefix);
}

/// The network swallows what goes from an address to a host, or brings it again; subflows that were
/// struck may notice, or not.
void RandomWorld::changePath() {
    const auto local = anyAddress();
    const auto host = "10.9." + std::to_string(pick(2)) + "." + std::to_string(1 + pick(2));
    const bool swallows = swallowed_.insert({local, host}).second;
    note((swallows ? "swallow " : "bring again ") + local + " -> " + host);
    if (swallows)
        return lab_.kernel.swallow(local, host);
    swallowed_.erase({local, host});
    if (pick(2) == 0)
        lab_.kernel.bringAgain(local, host);
    else
        lab_.kernel.recover(local, host);
}

void RandomWorld::connect() {
    if (alive_.size() >= 10)
        return;
    const bool serves = pick(4) == 0;
    const auto local = anyAddress() + ":" + std::to_string(serves ? 443 : nextPort_);
    const auto remote = serves ? "10.9.7.7:" + std::to_string(nextPort_)
                               : "10.9.0." + std::to_string(1 + pick(2)) + ":443";
    ++nextPort_;
    const auto token = lab_.kernel.connect(local, remote, static_cast<JoinInitial>(pick(3)),
                                           serves ? Side::server : Side::client);
    note("connect " + hex(token) + " " + local + " " + remote + " join initial " +
         std::to_string(static_cast<int>(lab_.kernel[token].facts.joinInitial)));
    lab_.kernel[token].kernelManaged = pick(20) == 0;
    if (pick(8) == 0)
        lab_.kernel[token].table.push_back(
            {parseAddress(anyAddress()).value(), 0, static_cast<AddressId>(1 + pick(6))});
    alive_.push_back(token);
    if (pick(3) != 0)
        lab_.kernel.establish(token);
}

void RandomWorld::actOnConnection() {
    const auto token = anyConnection();
    if (token == Token{})
        return;
    const auto what = pick(10);
    if (what < 3) {
        note("close " + hex(token));
        lab_.kernel.close(token);
        std::erase(alive_, token);
    } else if (what < 4) {
        note("half-close " + hex(token));
        lab_.kernel[token].halfClosed = true;
    } else if (!lab_.kernel[token].established) {
        note("establish " + hex(token));
        lab_.kernel.establish(token);
    }
}

void RandomWorld::actAsPeer() {
    const auto answered = "10.9." + std::to_string(pick(2)) + "." + std::to_string(1 + pick(3));
    lab_.kernel.answer(answered + ":443", static_cast<Answer>(pick(5)));
    const auto token = anyConnection();
    if (token == Token{})
        return;
    const auto id = static_cast<std::uint8_t>(pick(5));
    const auto remote = "10.9.1." + std::to_string(1 + pick(4));
    if (lab_.kernel[token].facts.side == Side::server) {
        note("peer joins " + hex(token));
        lab_.kernel.joinFromPeer(token, toString(lab_.kernel[token].facts.initial.local),
                                 remote + ":" + std::to_string(nextPort_++), id);
    } else if (pick(3) != 0) {
        static constexpr const char* hostile[] = {"127.0.0.1:443", "169.254.169.254:443",
                                                  "10.0.1.77:443", "10.0.2.1:443",
                                                  "10.9.1.1:3306", "10.9.1.2:22"};
        const auto announced = pick(4) == 0 ? hostile[pick(6)] : remote + ":443";
        note("announce " + hex(token) + " " + std::to_string(id) + " " + announced);
        lab_.kernel.announceFromPeer(token, id, announced);
    } else {
        note("withdraw " + hex(token) + " " + std::to_string(id));
        lab_.kernel.withdrawFromPeer(token, id);
    }
}

void RandomWorld::breakSomething() {
    const auto token = anyConnection();
    if (token == Token{} || !lab_.kernel[token].established || lab_.kernel[token].halfClosed)
        return;
    const auto subflows = lab_.kernel[token].subflows;
    if (subflows.empty())
        return;
    const auto& subflow = subflows[pick(static_cast<unsigned>(subflows.size()))];
    if (!subflow.established || subflow.since > lab_.now)
        return;
    static constexpr std::uint8_t errors[] = {0, 104, 110, 113};
    note("break " + hex(token) + " " + lineOf(subflow.tuple, false));
    lab_.kernel.breakSubflow(token, toString(subflow.tuple.local.address),
                             toString(subflow.tuple.remote), errors[pick(4)]);
}

void RandomWorld::disturb() {
    switch (pick(6)) {
    case 0:
        note("lose events");
        lab_.kernel.losesEvents = true;
        quiet_ = false;
        break;
    case 1:
        if (lab_.kernel.losesEvents)
            lab_.kernel.reportLoss();
        break;
    case 2:
        lab_.kernel.acksComeLate = !lab_.kernel.acksComeLate;
        note(lab_.kernel.acksComeLate ? "late acks" : "prompt acks");
        break;
    case 3:
        lab_.kernel.dumpTakes = pick(2) * 20ms;
        note("resync");
        quiet_ = false; // what a peer is about to close is in no row already
        lab_.resync();
        break;
    default:
        if (lab_.kernel.losesEvents || pick(3) != 0)
            break;
        note("restart");
        quiet_ = false;
        recorded_.clear();
        forgetOrders();
        first_ = lab_.configuration();
        lab_.restart();
    }
}

void RandomWorld::reload() {
    static constexpr Role roles[] = {Role::primary, Role::backup, Role::standby, Role::ignore};
    const auto which = pick(3);
    limit_ = which == 0 ? 3 : 8;
    auto& configuration = lab_.configuration();
    Policy* const policies[] = {&three_, &eight_,
                                pick(2) == 0 ? static_cast<Policy*>(&greedy_) : &balanced_};
    configuration.policies[0].policy = policies[which];
    configuration.rules[0].chain =
        pick(2) == 0 ? std::vector<std::size_t>{0, 2} : std::vector<std::size_t>{0, 1, 2};
    if (pick(3) == 0)
        configuration.rules[0].chain.push_back(3);
    configuration.links.clear();
    if (pick(3) == 0)
        configuration.links.push_back({"eth" + std::to_string(1 + pick(3)), roles[pick(4)]});
    note(std::string{which == 2 ? "reload: greedy, " : "reload: "} + "limit " +
         std::to_string(limit_) + ", " +
         (configuration.links.empty() ? "no role" : configuration.links[0].pattern));
    lab_.reload();
}

void RandomWorld::check(const Input& input, const Outcome& outcome) {
    const bool timeWentOn = recorded_.empty() || recorded_.back().at != lab_.now;
    stepsAtOnce_ = timeWentOn ? 0 : stepsAtOnce_ + 1;
    if (stepsAtOnce_ > 5000)
        throw NeverRests{};
    recorded_.push_back({lab_.now, input, Said{outcome}});
    if (const auto* event = std::get_if<KernelEvent>(&input)) {
        if (const auto* created = std::get_if<event::Created>(event))
            told_.insert(created->token);
        if (const auto* established = std::get_if<event::Established>(event))
            told_.insert(established->token);
        if (const auto* closed = std::get_if<event::Closed>(event))
            closed_.insert(closed->token);
    }
    for (const auto& answer : outcome.answers)
        hear(answer);
    for (const auto& issued : outcome.commands) {
        note("  " + describe(issued.command));
        const auto token = std::visit([](const auto& c) { return c.token; }, issued.command);
        if (closed_.contains(token))
            wrong_ = "a command for a closed token: " + describe(issued.command);
        if (const auto* create = std::get_if<command::CreateSubflow>(&issued.command))
            checkCommand(*create);
    }
}

void RandomWorld::checkCommand(const command::CreateSubflow& create) {
    if (lab_.kernel.exists(create.token) && told_.contains(create.token)) {
        const auto& facts = lab_.kernel[create.token].facts;
        if (facts.side == Side::client && facts.joinInitial == JoinInitial::denied &&
            create.remote == facts.initial.remote)
            wrong_ = "a join of a denied initial endpoint: " + describe(create);
    }
    if (away_.contains({create.token, create.local, create.remote}))
        wrong_ = "a join where an operator ended one: " + describe(create);
    if (drained_.contains(create.link))
        wrong_ = "a join over a drained link: " + describe(create);
    if (isHostile(create.remote))
        wrong_ = "a join that the guard forbids: " + describe(create);
    const auto pendsThere = [&](const FakeKernel::Subflow& subflow) {
        const bool up = subflow.established && subflow.since <= lab_.now;
        return !up && subflow.tuple.local.address == create.local &&
               subflow.tuple.remote == create.remote;
    };
    if (lab_.kernel.exists(create.token) &&
        std::ranges::any_of(lab_.kernel[create.token].subflows, pendsThere))
        wrong_ = "a join beside a pending one: " + describe(create);
}

/// Where no server of this world is, whatever it announces.
bool RandomWorld::isHostile(const Endpoint& remote) {
    const auto scope = remote.address.scope();
    return scope == Scope::loopback || scope == Scope::linkLocal || remote.port != 443;
}

/// Limits count what is there and is to stay.
std::string RandomWorld::checkConnections() const {
    for (const auto token : lab_.engine->tokens()) {
        const auto report = lab_.engine->report(token);
        const bool managed = report->managedBy == ManagedBy::subflowd;
        const auto up = static_cast<std::size_t>(
            std::ranges::count(report->subflows, SubflowState::up, &SubflowReport::state));
        if (managed && report->side == Side::client && up > limitOf(token) + 1)
            return hex(token) + " has " + std::to_string(up) +
                   " subflows:" + joined(lab_.subflows(token));
        if (managed && report->side == Side::server && up > 8 + 2)
            return hex(token) + " has " + std::to_string(up) + " subflows, most from its peer";
    }
    return {};
}

std::string RandomWorld::rest() {
    note("rest");
    if (lab_.kernel.losesEvents)
        lab_.kernel.reportLoss();
    lab_.kernel.dumpTakes = 0ms;
    for (const auto& [local, host] : std::exchange(swallowed_, {}))
        lab_.kernel.bringAgain(local, host);
    if (auto& chain = lab_.configuration().rules[0].chain; chain.size() > 1) {
        chain.resize(1); // an attempt that fails during an audit is in no row already
        lab_.reload();
        quiet_ = false;
    }
    lab_.run(20s);
    if (!quiet_) { // what was missed is repaired now, and from then on nothing may be
        lab_.resync();
        lab_.run(20s);
    }
    quiet_ = true;
    const auto before = lab_.engine->counters();
    lab_.audit();
    lab_.run(20s);
    const auto after = lab_.engine->counters();
    if (wrong_.empty() && (after.repairs != before.repairs || after.resyncs != before.resyncs))
        wrong_ = "the audit found something that no event was lost for";
    if (wrong_.empty() && lab_.engine->tokens().size() != lab_.kernel.connections().size())
        wrong_ = "the daemon knows " + std::to_string(lab_.engine->tokens().size()) +
                 " connections of " + std::to_string(lab_.kernel.connections().size());
    for (const auto& [token, connection] : lab_.kernel.connections())
        if (wrong_.empty())
            wrong_ = compare(token);
    return wrong_;
}

std::string RandomWorld::compare(Token token) const {
    const auto report = lab_.engine->report(token);
    if (!report)
        return hex(token) + " is not known";
    std::vector<std::string> known;
    for (const auto& subflow : report->subflows)
        known.push_back(lineOf(subflow.tuple, subflow.state == SubflowState::pending));
    std::vector<std::string> real;
    for (const auto& subflow : lab_.kernel.connections().at(token).subflows)
        real.push_back(lineOf(subflow.tuple, !subflow.established));
    std::ranges::sort(known);
    std::ranges::sort(real);
    if (known != real)
        return hex(token) + ": known" + joined(known) + "\n  real" + joined(real);
    const auto alive = std::ranges::count_if(report->subflows, [](const SubflowReport& s) {
        return s.state == SubflowState::up || s.state == SubflowState::pending;
    });
    const bool limited = report->side == Side::client && report->managedBy == ManagedBy::subflowd;
    if (limited && static_cast<std::size_t>(alive) > limitOf(token) &&
        report->state == ConnectionState::established)
        return hex(token) + " rests with " + std::to_string(alive) + " subflows";
    return {};
}

std::string RandomWorld::end() {
    note("end");
    for (const auto token : alive_)
        lab_.kernel.close(token);
    alive_.clear();
    lab_.run(20s);
    const auto counters = lab_.engine->counters();
    if (wrong_.empty() && (counters.connections != 0 || counters.subflows != 0 ||
                           counters.pending != 0 || counters.foreign != 0))
        wrong_ = "something is left of closed connections";
    if (wrong_.empty() && !asked_.empty())
        wrong_ = "an operator was not answered";
    if (wrong_.empty() && !lab_.remembered.empty())
        wrong_ = "the state file remembers closed connections";
    return wrong_;
}

/// What a recording would not keep of an input would show.
Input RandomWorld::writtenAndRead(const Recorded& one) {
    if (std::holds_alternative<Configured>(one.input))
        return one.input;
    const auto entry = recording::parseEntry(recording::inputLine(one.at, one.input));
    return std::get<Input>(entry.what);
}

std::string RandomWorld::replay() {
    Engine engine{std::make_shared<const Configuration>(first_)};
    const bool asText = pick(4) == 0; // not always: it takes longer than the rest of a life
    for (std::size_t i = 0; i < recorded_.size(); ++i) {
        const auto& one = recorded_[i];
        if (Said{engine.step(one.at, asText ? writtenAndRead(one) : one.input)} != one.said)
            return "input " + std::to_string(i) + " of " + std::to_string(recorded_.size()) +
                   " has another outcome when it is repeated" + (asText ? " from a recording" : "");
    }
    return {};
}

} // namespace subflowd::test
