// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/script.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <sstream>

namespace subflowd::test {

namespace {

template <class Value>
void expectEqual(const Value& expected, const Value& actual) {
    if (expected != actual)
        throw StepFailed("\n  expected: " + expected + "\n  actual:   " + actual);
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += (text.empty() ? "" : " | ") + line;
    return text;
}

std::string_view nameOf(JoinInitial joinInitial) {
    switch (joinInitial) {
    case JoinInitial::unknown:
        return "unknown";
    case JoinInitial::allowed:
        return "allowed";
    case JoinInitial::denied:
        break;
    }
    return "denied";
}

} // namespace

Words::Words(std::string_view line) {
    std::istringstream stream{std::string{line.substr(0, line.find('#'))}};
    for (std::string word; stream >> word;)
        words_.push_back(word);
}

const std::string& Words::take(std::string_view what) {
    if (empty())
        throw StepFailed("wants " + std::string{what});
    return words_[at_++];
}

bool Words::takeIf(std::string_view word) {
    if (empty() || words_[at_] != word)
        return false;
    ++at_;
    return true;
}

std::string Words::rest() {
    std::string text;
    for (; !empty(); ++at_)
        text += (text.empty() ? "" : " ") + words_[at_];
    return text;
}

Script::Script() : lab_{std::vector<core::ConfiguredPolicy>{{"fullmesh", made("fullmesh", {})}}} {}

std::string Script::run(const std::string& name, std::istream& text) {
    std::size_t number = 0;
    try {
        for (std::string line; std::getline(text, line);) {
            ++number;
            perform(line);
        }
        Words end{""};
        expectNothing(end);
        if (heard_ != lab_.answers.size())
            throw StepFailed("an operator was told: " + describe(lab_.answers[heard_]));
        return {};
    } catch (const StepFailed& failure) {
        return name + ":" + std::to_string(number) + ": " + failure.what();
    }
}

void Script::perform(std::string_view line) {
    Words words{line};
    if (words.empty())
        return;
    const auto& verb = words.take("a step");
    const auto step = steps().find(verb);
    if (step == steps().end())
        throw StepFailed("no such step: " + verb);
    (this->*step->second)(words);
    if (!words.empty())
        throw StepFailed("too many words: " + words.rest());
    lab_.settle();
}

const std::map<std::string, Script::Step, std::less<>>& Script::steps() {
    static const std::map<std::string, Step, std::less<>> all{
        {"chain", &Script::chain},
        {"policy", &Script::policy},
        {"facts", &Script::facts},
        {"mode", &Script::mode},
        {"limit", &Script::limit},
        {"role", &Script::role},
        {"metered", &Script::metered},
        {"most", &Script::most},
        {"uplink", &Script::uplink},
        {"link", &Script::link},
        {"unlink", &Script::unlink},
        {"rename", &Script::rename},
        {"carrier", &Script::carrier},
        {"up", &Script::up},
        {"address", &Script::address},
        {"no-address", &Script::noAddress},
        {"route", &Script::route},
        {"no-route", &Script::noRoute},
        {"connect", &Script::connect},
        {"establish", &Script::establish},
        {"half-close", &Script::halfClose},
        {"close", &Script::close},
        {"announce", &Script::announce},
        {"withdraw", &Script::withdraw},
        {"join", &Script::join},
        {"break", &Script::breakSubflow},
        {"priority", &Script::priority},
        {"answer", &Script::answer},
        {"swallow", &Script::swallow},
        {"again", &Script::again},
        {"operator", &Script::operate},
        {"known-id", &Script::knownId},
        {"tells-ids", &Script::tellsIds},
        {"late-acks", &Script::lateAcks},
        {"dump-takes", &Script::dumpTakes},
        {"lose-events", &Script::loseEvents},
        {"resync", &Script::resync},
        {"restart", &Script::restart},
        {"run", &Script::runFor},
        {"expect", &Script::expect},
    };
    return all;
}

const std::map<std::string, Script::Step, std::less<>>& Script::expectations() {
    static const std::map<std::string, Step, std::less<>> all{
        {"command", &Script::expectCommand},          {"commands", &Script::expectCommands},
        {"nothing", &Script::expectNothing},          {"subflows", &Script::expectSubflows},
        {"explain", &Script::expectExplain},          {"connections", &Script::expectConnections},
        {"repairs", &Script::expectRepairs},          {"side", &Script::expectSide},
        {"join-initial", &Script::expectJoinInitial}, {"remotes", &Script::expectRemotes},
        {"removed", &Script::expectRemoved},          {"answer", &Script::expectAnswer},
    };
    return all;
}

void Script::expect(Words& words) {
    const auto& what = words.take("what is expected");
    const auto expectation = expectations().find(what);
    if (expectation == expectations().end())
        throw StepFailed("no such expectation: " + what);
    (this->*expectation->second)(words);
}

/// The next command that no line expected yet.
void Script::expectCommand(Words& words) {
    const auto expected = words.rest();
    const auto commands = lab_.commandsSince(seen_);
    expectEqual(expected, commands.empty() ? std::string{"(no command)"} : commands.front());
    ++seen_;
}

/// So many commands that no line expected yet, whichever they are.
void Script::expectCommands(Words& words) {
    const auto number = [&words] {
        const auto& word = words.take("a number");
        const auto value = detail::parseWhole<unsigned>(word);
        return value ? *value : throw StepFailed("wants a number, not " + word);
    };
    const auto least = number();
    words.takeIf("to");
    const auto most = number();
    const auto commands = lab_.commandsSince(seen_);
    if (commands.size() < least || commands.size() > most)
        expectEqual(std::to_string(least) + " to " + std::to_string(most) + " commands",
                    std::to_string(commands.size()) + ": " + joined(commands));
    seen_ = lab_.mark();
}

void Script::expectNothing(Words& /*words*/) {
    expectEqual(std::string{"(no more commands)"},
                seen_ == lab_.mark() ? "(no more commands)" : joined(lab_.commandsSince(seen_)));
}

void Script::expectSubflows(Words& words) {
    const auto connection = token(words);
    expectEqual(words.rest(), joined(lab_.subflows(connection)));
}

void Script::expectExplain(Words& words) {
    const auto connection = token(words);
    const auto local = words.take("a local address");
    words.takeIf("->");
    const auto remote = words.take("a remote endpoint");
    const auto expected = words.rest();
    for (const auto& path : lab_.engine->explain(lab_.now, connection))
        if (toString(path.local) == local && toString(path.remote) == remote)
            return expectEqual(expected, std::string{codeOf(path.reason)});
    expectEqual(expected, std::string{"(no such path)"});
}

void Script::expectConnections(Words& words) {
    expectEqual(words.take("a number"), std::to_string(lab_.engine->counters().connections));
}

void Script::expectRepairs(Words& words) {
    expectEqual(words.take("a number"), std::to_string(lab_.engine->counters().repairs));
}

void Script::expectSide(Words& words) {
    const auto report = lab_.engine->report(token(words));
    const std::string actual = !report                        ? "(no such connection)"
                               : report->side == Side::client ? "client"
                                                              : "server";
    expectEqual(words.take("client or server"), actual);
}

void Script::expectJoinInitial(Words& words) {
    const auto report = lab_.engine->report(token(words));
    expectEqual(words.take("unknown, allowed or denied"),
                std::string{report ? nameOf(report->joinInitial) : "(no such connection)"});
}

/// The addresses that the peer announced: "5 10.9.1.1:443 | ..."
void Script::expectRemotes(Words& words) {
    const auto report = lab_.engine->report(token(words));
    std::vector<std::string> remotes;
    if (report)
        for (const auto& remote : report->remotes)
            remotes.push_back(std::to_string(static_cast<unsigned>(remote.id)) + " " +
                              toString(remote.endpoint));
    expectEqual(words.rest(), joined(remotes));
}

/// The ids of which the kernel really sent RM_ADDR.
void Script::expectRemoved(Words& words) {
    const auto connection = token(words);
    std::vector<std::string> ids;
    for (const auto id : lab_.kernel[connection].rmAddrSent)
        ids.push_back(std::to_string(static_cast<unsigned>(id)));
    expectEqual(words.rest(), joined(ids));
}

} // namespace subflowd::test
