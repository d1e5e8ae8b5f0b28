// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

namespace subflowd::test {
namespace {

using core::Match;

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
