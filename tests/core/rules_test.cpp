// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

namespace subflowd::test {
namespace {

using core::Match;
using namespace std::chrono_literals;

class Rules : public Chain {
  protected:
    /// The name of the rule that a connection has when one rule is before the default.
    std::string ruleOf(Match match, std::string_view local, std::string_view remote,
                       Side side = Side::client) {
        lab.configuration().rules = {{"special", std::move(match), {}}, {"default", {}, {0}}};
        lab.reload();
        const auto token = lab.kernel.connect(local, remote, JoinInitial::allowed, side);
        lab.settle();
        return lab.engine->report(token)->rule;
    }

    static constexpr auto home = "10.0.0.1:1000";
};

TEST_F(Rules, MatchTheRemote) {
    Match match;
    match.remotes = {parsePrefix("10.8.0.0/16").value(), parsePrefix("10.9.0.0/24").value()};
    EXPECT_EQ(ruleOf(match, home, "10.9.0.1:443"), "special");
    EXPECT_EQ(ruleOf(match, home, "10.9.1.1:443"), "default");
}

TEST_F(Rules, MatchThePortOfTheServersEnd) {
    Match match;
    match.ports = {{80, 80}, {440, 443}};
    EXPECT_EQ(ruleOf(match, home, "10.9.0.1:443"), "special");
    EXPECT_EQ(ruleOf(match, home, "10.9.0.1:444"), "default");
    EXPECT_EQ(ruleOf(match, "10.0.0.1:80", "10.9.0.1:5000", Side::server), "special");
    EXPECT_EQ(ruleOf(match, "10.0.0.1:5000", "10.9.0.1:80", Side::server), "default");
}

TEST_F(Rules, MatchTheLinkOfTheInitialSubflow) {
    Match match;
    match.links = {"wlan*", "eth1"};
    EXPECT_EQ(ruleOf(match, "10.0.1.1:1000", "10.9.0.1:443"), "special");
    EXPECT_EQ(ruleOf(match, home, "10.9.0.1:443"), "default");
    EXPECT_EQ(ruleOf(match, "10.77.0.1:1000", "10.9.0.1:443"), "default") << "not on the host";
}

TEST_F(Rules, MatchSideAndFamily) {
    Match side;
    side.side = Side::server;
    EXPECT_EQ(ruleOf(side, home, "10.9.0.1:443"), "default");
    EXPECT_EQ(ruleOf(side, home, "10.9.0.1:443", Side::server), "special");
    Match family;
    family.family = Family::ipv6;
    EXPECT_EQ(ruleOf(family, home, "10.9.0.1:443"), "default");
    EXPECT_EQ(ruleOf(family, "[2001:db8::1]:1000", "[2001:db8::2]:443"), "special");
}

/// Rules that need what only inet_diag tells.
class FactRules : public Rules {
  protected:
    FactRules() { first.say = wantsAll; }

    /// The rule after the answer, with nothing decided before.
    std::string ruleByFacts(Match match) {
        if (lab.kernel.exists(token))
            lab.kernel.close(token); // or it is asked about again
        lab.settle();
        lab.configuration().rules = {{"special", std::move(match), {0}}, {"default", {}, {0}}};
        lab.reload();
        const auto mark = lab.mark();
        token = lab.kernel.connect(home, server);
        lab.kernel.establish(token);
        lab.run(9ms);
        EXPECT_EQ(lab.engine->report(token)->rule, "");
        EXPECT_THAT(lab.commandsSince(mark), testing::ElementsAre("ask facts"));
        lab.run(1s);
        EXPECT_EQ(lab.mark(), mark + 2) << "and then the join goes out";
        return lab.engine->report(token)->rule;
    }

    Token token{};
};

TEST_F(FactRules, MatchTheOwnerOfTheSocket) {
    Match match;
    match.users = {0, 1000};
    EXPECT_EQ(ruleByFacts(match), "special");
    lab.kernel.owner = 1001;
    EXPECT_EQ(ruleByFacts(match), "default");
}

TEST_F(FactRules, MatchTheMarkAsFarAsTheMaskReaches) {
    Match match;
    match.marks = {{0x10, 0xf0}};
    lab.kernel.mark = 0x31f;
    EXPECT_EQ(ruleByFacts(match), "special");
    lab.kernel.mark = 0x32f;
    EXPECT_EQ(ruleByFacts(match), "default");
}

TEST_F(FactRules, MatchTheControlGroup) {
    Match match;
    match.controlGroups = {"web.service", "/user.slice"};
    lab.kernel.controlGroup = "/system.slice/web.service/child";
    EXPECT_EQ(ruleByFacts(match), "special");
    lab.kernel.controlGroup = "/user.slice";
    EXPECT_EQ(ruleByFacts(match), "special");
    lab.kernel.controlGroup = "";
    EXPECT_EQ(ruleByFacts(match), "default") << "nobody knows where it is";
}

TEST_F(FactRules, MustHoldAltogetherToo) {
    Match match;
    match.users = {1000};
    match.marks = {{7}};
    EXPECT_EQ(ruleByFacts(match), "default");
    lab.kernel.mark = 7;
    EXPECT_EQ(ruleByFacts(match), "special");
}

TEST_F(FactRules, AskNothingOfConnectionsThatTheyCannotBeFor) {
    Match match;
    match.users = {1000};
    match.ports = {{80, 80}};
    EXPECT_EQ(ruleOf(match, home, server), "default");
    EXPECT_THAT(lab.commandsSince(0), testing::IsEmpty());
}

TEST_F(FactRules, AskNothingWhereAnEarlierRuleMatches) {
    Match plain;
    plain.side = Side::client;
    Match asking;
    asking.users = {1000};
    lab.configuration().rules = {{"a", plain, {0}}, {"b", asking, {0}}};
    lab.reload();
    const auto made = connected();
    EXPECT_EQ(lab.engine->report(made)->rule, "a");
    EXPECT_THAT(lab.commandsSince(0), testing::Not(testing::Contains("ask facts")));
}

TEST_F(FactRules, AreNotForASocketThatIsGone) {
    Match match;
    match.users = {1000};
    lab.configuration().rules = {{"special", match, {0}}, {"default", {}, {0}}};
    lab.reload();
    const auto made = lab.kernel.connect(home, server);
    lab.settle();
    lab.step(
        core::CommandFinished{core::CommandId{1}, core::Refusal::unanswered, 110, {}, {}, {}, {}});
    EXPECT_EQ(lab.engine->report(made)->rule, "default");
}

TEST_F(FactRules, AskAgainAtAReloadAndLeaveWhatIsThereAlone) {
    Match match;
    match.marks = {{7}};
    EXPECT_EQ(ruleByFacts(match), "default");
    const auto mark = lab.mark();
    const auto before = lab.subflows(token);
    lab.kernel.mark = 7;
    lab.reload();
    lab.run(9ms);
    EXPECT_EQ(lab.subflows(token), before);
    lab.run(1ms);
    EXPECT_EQ(lab.engine->report(token)->rule, "special");
    EXPECT_THAT(lab.commandsSince(mark), testing::ElementsAre("ask facts"));
    EXPECT_EQ(lab.subflows(token), before);
}

TEST_F(FactRules, AskASliceAtATimeAtAReload) {
    for (unsigned port = 1000; port < 1040; ++port)
        lab.connected("10.0.0.1:" + std::to_string(port), server);
    lab.run(1s);
    lab.largestSlice = 0;
    Match match;
    match.users = {1000};
    lab.configuration().rules = {{"special", match, {0}}};
    const auto mark = lab.mark();
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.commandsSince(mark), std::vector<std::string>(40, "ask facts"));
    EXPECT_LE(lab.largestSlice, 8U);
    for (const auto each : lab.engine->tokens())
        EXPECT_EQ(lab.engine->report(each)->rule, "special");
}

TEST_F(FactRules, AreKnownToWhoOnlyObserves) {
    Match match;
    match.users = {1000};
    lab.configuration().mode = core::Mode::observe;
    lab.configuration().rules = {{"special", match, {0}}};
    lab.reload();
    const auto made = connected();
    lab.run(1s);
    EXPECT_EQ(lab.engine->report(made)->rule, "special");
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.engine->report(made)->rule, "special");
}

TEST_F(Rules, MustHoldAltogether) {
    Match match;
    match.side = Side::client;
    match.ports = {{443, 443}};
    EXPECT_EQ(ruleOf(match, home, "10.9.0.1:443"), "special");
    match.remotes = {parsePrefix("10.8.0.0/16").value()};
    EXPECT_EQ(ruleOf(match, home, "10.9.0.1:443"), "default");
}

TEST_F(Rules, MayAllNotMatch) {
    lab.configuration().rules.clear();
    lab.reload();
    const auto token = connected();
    lab.kernel.answer(server, Answer::refuses);
    EXPECT_EQ(lab.engine->report(token)->rule, "");
    EXPECT_EQ(why(token, "10.0.1.1"), "core: no-rule");
    EXPECT_EQ(first.calls, 0);
}

TEST_F(Rules, AreChosenAgainAtAReload) {
    first.say = wantsAll;
    Match match;
    match.ports = {{443, 443}};
    lab.configuration().rules = {{"quiet", match, {1}}, {"default", {}, {0}}};
    lab.reload();
    const auto token = connected();
    EXPECT_EQ(lab.mark(), 0U);
    lab.configuration().rules.erase(lab.configuration().rules.begin());
    lab.reload();
    lab.settle();
    EXPECT_EQ(lab.engine->report(token)->rule, "default");
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Rules, KeepWhoDecidedWhenPoliciesChangePlaces) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(std::chrono::seconds(1));
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because");
    std::swap(lab.configuration().policies[0], lab.configuration().policies[1]);
    lab.reload();
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because");
    lab.run(std::chrono::seconds(10));
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Rules, WaitForFactsIfAPolicyNeedsThem) {
    first.say = wantsAll;
    second.needed = Needs::facts;
    std::optional<ConnectionFacts> shown;
    second.say = [&shown](const ConnectionView& connection, const auto&, Plan&) {
        shown = connection.facts;
    };
    lab.reload();
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel.establish(token);
    lab.settle();
    EXPECT_THAT(lab.commandsSince(0), testing::ElementsAre("ask facts"));
    EXPECT_EQ(why(token, "10.0.1.1"), "core: waits-for-facts");
    lab.run(std::chrono::milliseconds(10));
    EXPECT_EQ(lab.mark(), 2U);
    EXPECT_EQ(shown, (ConnectionFacts{1000, 0, 0, noLink}));
    lab.reload();
    lab.run(std::chrono::seconds(1));
    EXPECT_EQ(lab.mark(), 2U) << "asked once";
}

} // namespace
} // namespace subflowd::test
