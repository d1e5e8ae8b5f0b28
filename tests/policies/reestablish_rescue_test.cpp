// SPDX-License-Identifier: BSD-3-Clause
#include "policies/situation.hpp"
#include "reestablish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using reestablish::Reestablish;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto server = "10.9.0.1:443";

/// A connection on two links that lost its subflows this long ago.
Situation stranded(Duration ago = 0s) {
    Situation now{"10.0.0.1:1000", server};
    now.link(1, "eth0");
    now.link(2, "wlan0");
    now.address(1, "10.0.0.1");
    now.address(2, "10.0.1.1");
    now.failed("10.0.0.1", server, ago);
    now.path("10.0.0.1", server).failures = 1;
    now.path("10.0.0.1", server).lasted = 60s;
    now.path("10.0.0.1", server).lastFailure = {Cause::reset, 104, std::nullopt, false};
    now.connection.stranded = now.now - ago;
    return now;
}

Instant retryOf(const Plan& plan, PathId path) {
    for (const auto& retried : plan.retries())
        if (retried.path == path)
            return retried.time;
    return never;
}

TEST(ReestablishRescue, WantsEveryPathAtOnce) {
    Reestablish policy{{}};
    const auto now = stranded();
    EXPECT_THAT(now.wants(policy),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443 rescue", "10.0.1.1 -> 10.9.0.1:443 rescue"));
    const auto plan = now.ask(policy);
    EXPECT_EQ(codeOf(plan.urgency()), "rescue");
    EXPECT_EQ(retryOf(plan, PathId{0}), now.now);
    EXPECT_EQ(plan.again(), now.now + 60s);
    EXPECT_TRUE(plan.limits().empty());
    EXPECT_EQ(plan.wants()[0].want.rank, 1U) << "what did not fail is tried first";
    EXPECT_EQ(plan.wants()[1].want.rank, 0U);
}

TEST(ReestablishRescue, TriesAgainUntilTheKernelGaveUp) {
    Reestablish policy{{}};
    auto now = stranded();
    const auto since = now.now;
    auto& path = now.path("10.0.0.1", server);
    path.lasted = {};
    std::vector<long> moments;
    for (int i = 0; i < 100 && now.now < since + 60s; ++i) {
        path.lastChange = now.now + 10ms; // refused a round trip later
        now.now = path.lastChange;
        const auto next = retryOf(now.ask(policy), PathId{0});
        if (next == never)
            break;
        now.now = next;
        moments.push_back(
            std::chrono::duration_cast<std::chrono::milliseconds>(next - since).count());
    }
    ASSERT_EQ(moments.size(), 62U);
    moments.resize(7);
    EXPECT_THAT(moments, ElementsAre(250, 500, 1000, 2000, 3000, 4000, 5000));
    now.now = since + 60s;
    EXPECT_EQ(now.ask(policy), Plan{}) << "close_timeout is over";
}

TEST(ReestablishRescue, WaitsWhenTheKernelRefusesAtOnce) {
    Reestablish policy{{}};
    auto now = stranded();
    auto& path = now.path("10.0.0.1", server);
    path.lastFailure = {Cause::noRoute, 101, std::nullopt, false};
    path.lasted = {};
    EXPECT_EQ(retryOf(now.ask(policy), PathId{0}), now.now + 250ms);
}

TEST(ReestablishRescue, ForgetsWhatClassesSay) {
    Reestablish policy{{}};
    auto now = stranded(1s);
    auto& path = now.path("10.0.0.1", server);
    for (const auto cause : {Cause::refused, Cause::notMultipath, Cause::abortedOnHost,
                             Cause::refusedLocally, Cause::closedByPeer, Cause::rejected}) {
        path.lastFailure = {cause, 1, std::nullopt, false};
        EXPECT_EQ(retryOf(now.ask(policy), PathId{0}), now.now - 1s);
        EXPECT_TRUE(now.ask(policy).holds().empty());
    }
}

TEST(ReestablishRescue, BelievesAPeerThatSaysNo) {
    Reestablish policy{{}};
    auto now = stranded(1s);
    auto& path = now.path("10.0.0.1", server);
    const auto other = ElementsAre("10.0.1.1 -> 10.9.0.1:443 rescue");
    path.lastFailure = {Cause::resetByPeer, 104, std::uint8_t{3}, false};
    EXPECT_THAT(now.wants(policy), other);
    path.lastFailure.transient = true;
    EXPECT_EQ(now.wants(policy).size(), 2U);
    path.lastFailure = {Cause::refusedLocally, 107, std::nullopt, false};
    EXPECT_THAT(now.wants(policy), other) << "half-closed";
    path.lastFailure = {Cause::rejected, 0, std::nullopt, false};
    path.failures = 3;
    EXPECT_EQ(now.wants(policy).size(), 2U);
    path.failures = 4;
    EXPECT_THAT(now.wants(policy), other);
    now.connection.joinInitial = JoinInitial::denied;
    EXPECT_THAT(now.wants(policy), IsEmpty());
    now.announced("10.9.1.1:443");
    EXPECT_EQ(now.wants(policy).size(), 2U);
    now.withdrawn("10.9.1.1:443");
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST(ReestablishRescue, ListensToAPeerThatAnnouncesAgain) {
    Reestablish policy{{}};
    auto now = stranded(1s);
    now.announced("10.9.1.1:443", 0s);
    now.failed("10.0.1.1", "10.9.1.1:443", 500ms);
    now.path("10.0.1.1", "10.9.1.1:443").lastFailure = {Cause::resetByPeer, 104, std::uint8_t{3},
                                                        false};
    EXPECT_EQ(now.wants(policy).size(), 4U);
}

TEST(ReestablishRescue, UsesThreeLinksAndTheBestPathsFirst) {
    Reestablish policy{{}};
    auto now = stranded(1s);
    for (std::uint32_t i = 3; i <= 5; ++i) {
        now.link(i, "wwan0");
        now.address(i, "10.0." + std::to_string(i) + ".1");
    }
    now.links[1].role = Role::backup;
    now.path("10.0.3.1", server).usability = Usability::linkDown;
    EXPECT_THAT(now.wants(policy),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443 rescue", "10.0.4.1 -> 10.9.0.1:443 rescue",
                            "10.0.5.1 -> 10.9.0.1:443 rescue"));
    now.announced("10.9.1.1:443");
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.wants().size(), 6U) << "each path of each link";
    std::vector<int> ranks;
    for (const auto& wanted : plan.wants())
        ranks.push_back(wanted.want.rank);
    EXPECT_THAT(ranks, ElementsAre(3, 0, 1, 2, 3, 3)) << "links first, on each what did not fail";
}

TEST(ReestablishRescue, KeepsWhatItOpenedUntilThereIsMore) {
    Reestablish policy{{}};
    auto now = stranded(1s);
    now.connection.stranded = never;
    now.subflow("10.0.1.1", server, SubflowState::up, 0s).priority = Priority::backup;
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.0.1:443 last-subflow"));
    const auto plan = now.ask(policy);
    EXPECT_EQ(plan.wants()[0].want.priority, Priority::backup) << "as it is";
    now.subflow("10.0.0.1", server, SubflowState::pending, 0s);
    EXPECT_EQ(now.wants(policy).size(), 1U);
    now.subflow("10.0.0.1", server, SubflowState::up, 0s);
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST(ReestablishRescue, LeavesASubflowThatLeadsNowhere) {
    Reestablish policy{{}};
    auto now = stranded(1s);
    now.connection.stranded = never;
    now.subflow("10.0.1.1", server, SubflowState::up, 0s);
    now.path("10.0.1.1", server).usability = Usability::gone;
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST(ReestablishRescue, CanBeSwitchedOff) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = stranded(1s);
    const auto plan = now.ask(policy);
    EXPECT_TRUE(plan.wants().empty());
    EXPECT_EQ(plan.urgency(), Reason{});
    EXPECT_GT(retryOf(plan, PathId{0}), now.now - 1s) << "as its class says";
    now.connection.stranded = never;
    now.subflow("10.0.1.1", server, SubflowState::up, 0s);
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

} // namespace
} // namespace subflowd::test
