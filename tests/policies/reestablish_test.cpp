// SPDX-License-Identifier: BSD-3-Clause
#include "policies/situation.hpp"
#include "reestablish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using reestablish::Reestablish;
using testing::IsEmpty;

constexpr auto server = "10.9.0.1:443";

/// A connection with a subflow on eth0; what fails is that on wlan0.
Situation twoLinks() {
    Situation now{"10.0.0.1:1000", server};
    now.link(1, "eth0");
    now.link(2, "wlan0");
    now.address(1, "10.0.0.1");
    now.address(2, "10.0.1.1");
    return now;
}

PathView& fail(Situation& now, const Failure& failure, std::uint16_t failures = 1,
               std::string_view local = "10.0.1.1", std::string_view remote = server) {
    now.failed(local, remote, 0s);
    auto& path = now.path(local, remote);
    path.lastFailure = failure;
    path.failures = path.attempts = failures;
    return path;
}

Failure failureOf(Cause cause) {
    return {cause, 0, std::nullopt, false};
}

Failure resetFor(std::uint8_t reason) {
    return {Cause::resetByPeer, 104, reason, false};
}

TEST(Reestablish, SaysNothingOfPathsThatDidNotFail) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    EXPECT_EQ(now.ask(policy), Plan{});
    now.subflow("10.0.1.1", server, SubflowState::pending);
    EXPECT_EQ(now.ask(policy), Plan{});
    now.subflow("10.0.1.1", server, SubflowState::up);
    now.path("10.0.1.1", server).lastFailure = failureOf(Cause::refused);
    EXPECT_EQ(now.ask(policy), Plan{});
}

/// The path is up by the others, and lacks one.
TEST(Reestablish, TriesASiblingThatWasLostAgain) {
    Reestablish policy{{}};
    auto now = twoLinks();
    now.subflow("10.0.1.1", server, SubflowState::up, 60s);
    auto& path = now.path("10.0.1.1", server);
    path.state = PathState::confirmed;
    path.lastFailure = failureOf(Cause::reset);
    path.lasted = 20s;
    path.failures = 1;
    EXPECT_THAT(now.ask(policy).retries(), IsEmpty()) << "a later one took its place";
    path.failed = now.now - 100ms;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.retries().size(), 1U);
    EXPECT_GE(plan.retries()[0].time, path.failed + 500ms);
    EXPECT_LE(plan.retries()[0].time, path.failed + 1500ms);
}

TEST(Reestablish, KnowsThePeersLimitFromASibling) {
    Reestablish policy{{}};
    auto now = twoLinks();
    auto& path = now.path("10.0.0.1", server);
    path.state = PathState::confirmed;
    path.lastFailure = failureOf(Cause::rejected);
    path.failures = 1;
    EXPECT_THAT(now.ask(policy).limits(), IsEmpty()) << "a later one was taken";
    path.failed = now.now - 1s;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.limits().size(), 1U);
    EXPECT_EQ(plan.limits()[0].most, 1U);
}

TEST(Reestablish, LeavesServersAlone) {
    Reestablish policy{{}};
    Situation now{"10.0.0.1:443", "10.9.0.1:1000", Side::server};
    now.address(1, "10.0.0.1");
    now.failed("10.0.0.1", "10.9.0.1:1000");
    now.path("10.0.0.1", "10.9.0.1:1000").lastFailure = failureOf(Cause::reset);
    now.connection.stranded = now.now;
    EXPECT_EQ(now.ask(policy), Plan{});
}

TEST(Reestablish, LeavesAddressesThatThePeerDoesNotAnnounce) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    fail(now, failureOf(Cause::reset), 1, "10.0.1.1", "10.9.3.1:50000").lasted = 60s;
    EXPECT_EQ(now.ask(policy), Plan{}) << "observed";
    now.announced("10.9.1.1:443");
    fail(now, failureOf(Cause::reset), 1, "10.0.1.1", "10.9.1.1:443").lasted = 60s;
    EXPECT_EQ(now.ask(policy).retries().size(), 1U);
    now.withdrawn("10.9.1.1:443");
    EXPECT_EQ(now.ask(policy), Plan{}) << "withdrawn";
}

TEST(Reestablish, TriesALostPathAgainAfterItsBackOff) {
    Reestablish policy{{}};
    std::set<Duration> waits;
    for (std::uint32_t token = 1; token <= 50; ++token) {
        auto now = twoLinks();
        now.connection.token = Token{token};
        for (std::uint16_t n = 1; n <= 10; ++n) {
            fail(now, failureOf(Cause::reset), n).lasted = 20s;
            const auto plan = now.ask(policy);
            ASSERT_EQ(plan.retries().size(), 1U);
            const auto& retried = plan.retries()[0];
            const auto wait = retried.time - now.now;
            const auto nominal = std::min<Duration>(60s, 1s * (1 << (n - 1)));
            EXPECT_EQ(retried.path, PathId{1});
            EXPECT_GE(wait, nominal / 2);
            EXPECT_LE(wait, nominal * 3 / 2);
            EXPECT_EQ(retried.reason.second, n);
            EXPECT_TRUE(plan.holds().empty());
            if (n == 1)
                waits.insert(wait);
        }
    }
    EXPECT_GT(waits.size(), 25U) << "connections spread";
}

TEST(Reestablish, RepeatsThatAPathMayBeTriedUntilItIs) {
    Reestablish policy{{}};
    auto now = twoLinks();
    fail(now, failureOf(Cause::reset)).lasted = 60s;
    const auto before = now.ask(policy);
    now.now += 1h;
    EXPECT_TRUE(std::ranges::equal(now.ask(policy).retries(), before.retries()));
}

TEST(Reestablish, GivesUpUntilTheNetworkChanges) {
    Reestablish policy{{}};
    auto now = twoLinks();
    fail(now, failureOf(Cause::refused), 3);
    EXPECT_EQ(now.ask(policy).retries().size(), 1U);
    fail(now, failureOf(Cause::refused), 4);
    const auto plan = now.ask(policy);
    EXPECT_THAT(plan.retries(), IsEmpty());
    ASSERT_EQ(plan.holds().size(), 1U);
    EXPECT_EQ(plan.holds()[0].until, Until::networkChange);
    EXPECT_EQ(sentenceOf(plan.holds()[0].reason),
              "failed 4 times in a row: waits for a change of the network");
}

TEST(Reestablish, GivesUpAtOnceWhereItMakesNoSense) {
    Reestablish policy{{}};
    auto now = twoLinks();
    fail(now, failureOf(Cause::notMultipath));
    EXPECT_EQ(sentenceOf(now.ask(policy).holds()[0].reason), "no MPTCP there");
    fail(now, resetFor(3));
    EXPECT_EQ(sentenceOf(now.ask(policy).holds()[0].reason), "prohibited by the peer (reason 3)");
    EXPECT_EQ(now.ask(policy).holds()[0].until, Until::operatorActs) << "whatever network";
}

TEST(Reestablish, WaitsForARefusedAddressToBeAnnouncedAgain) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    fail(now, failureOf(Cause::refused), 1, "10.0.1.1", "10.9.1.1:443");
    EXPECT_EQ(codeOf(now.ask(policy).holds()[0].reason), "again-refused-announced");
    now.path("10.0.1.1", "10.9.1.1:443").lastChange -= 11s;
    EXPECT_EQ(now.ask(policy), Plan{}) << "it was: the daemon tries by itself";
}

TEST(Reestablish, ForgivesWhatFailedWhileNothingGotThrough) {
    Reestablish policy{{}};
    auto now = twoLinks();
    now.ended("10.0.0.1", server);
    auto& path = fail(now, failureOf(Cause::reset), 20);
    path.lasted = 60s;
    path.lastChange -= 3s;
    now.subflow("10.0.0.1", server, SubflowState::up, 1s);
    const auto again = now.ask(policy).retries()[0].time;
    EXPECT_GE(again, now.now - 500ms) << "since the connection was rescued";
    EXPECT_LE(again, now.now + 500ms);
    path.lastChange = now.now - 999ms;
    EXPECT_GE(now.ask(policy).retries()[0].time, now.now + 29s);
}

TEST(Reestablish, StopsAllPathsAtThePeersLimit) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    now.address(3, "10.0.2.1");
    fail(now, failureOf(Cause::rejected));
    const auto began = now.now;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.limits().size(), 1U);
    EXPECT_EQ(plan.limits()[0].scope, LimitScope::connection);
    EXPECT_EQ(plan.limits()[0].most, 1U);
    EXPECT_EQ(sentenceOf(plan.limits()[0].reason), "the peer takes no more than 1 subflows");
    const auto until = plan.again();
    EXPECT_GE(until, began + 15s);
    EXPECT_LE(until, began + 45s);
    EXPECT_EQ(plan.retries()[0].time, until);

    now.subflow("10.0.2.1", server, SubflowState::pending, 0s);
    EXPECT_EQ(now.ask(policy).limits()[0].most, 2U) << "what is under way is not given up";
    now.ended("10.0.2.1", server);
    now.subflow("10.0.2.1", server, SubflowState::up, 0s);
    EXPECT_EQ(now.ask(policy).limits()[0].most, 2U);

    now.now = until;
    EXPECT_EQ(now.ask(policy).limits()[0].most, 3U) << "one more at a time";
    now.subflow("10.0.1.1", server, SubflowState::pending, 0s);
    ASSERT_EQ(now.ask(policy).limits().size(), 1U);
    EXPECT_EQ(codeOf(now.ask(policy).limits()[0].reason), "peer-limit") << "one is under way";
    fail(now, failureOf(Cause::rejected), 2);
    EXPECT_EQ(now.ask(policy).limits()[0].most, 2U);
    EXPECT_GE(now.ask(policy).again(), now.now + 60s);
    fail(now, failureOf(Cause::rejected), 4);
    EXPECT_EQ(now.ask(policy).holds().size(), 1U) << "it gives up";
}

TEST(Reestablish, WaitsForProofThatThePeerTookASubflow) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    now.address(3, "10.0.2.1");
    fail(now, failureOf(Cause::rejected), 1).lastChange -= 10min;
    EXPECT_EQ(now.ask(policy).limits()[0].most, 2U);
    now.subflow("10.0.2.1", server, SubflowState::up, 20ms);
    const auto plan = now.ask(policy);
    EXPECT_EQ(plan.limits()[0].most, 2U) << "it may be closed in a moment (K8)";
    now.now = plan.again();
    EXPECT_EQ(now.ask(policy).limits()[0].most, 3U);
}

TEST(Reestablish, CountsRejectionsOfAllPathsTogether) {
    Reestablish policy{{}};
    auto now = twoLinks();
    now.address(3, "10.0.2.1");
    fail(now, failureOf(Cause::rejected), 4).lastChange -= 1h;
    fail(now, failureOf(Cause::rejected), 1, "10.0.2.1");
    const auto plan = now.ask(policy);
    EXPECT_EQ(plan.holds().size(), 2U);
    EXPECT_THAT(plan.retries(), IsEmpty());
}

TEST(Reestablish, TriesAgainWhenThePeerHasRoom) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    now.address(3, "10.0.2.1");
    fail(now, failureOf(Cause::rejected), 4).lastChange -= 10s;
    now.subflow("10.0.2.1", server, SubflowState::up);
    EXPECT_EQ(now.ask(policy).limits().size(), 1U);
    now.ended("10.0.2.1", server);
    now.path("10.0.2.1", server).lastFailure = failureOf(Cause::expected);
    const auto plan = now.ask(policy);
    EXPECT_THAT(plan.limits(), IsEmpty());
    EXPECT_THAT(plan.holds(), IsEmpty());
    EXPECT_GE(plan.retries()[0].time, now.now + 500ms);
    EXPECT_LE(plan.retries()[0].time, now.now + 1500ms);
    now.path("10.0.2.1", server).lastChange -= 20s;
    EXPECT_EQ(now.ask(policy).limits().size(), 1U) << "that was before";
}

TEST(Reestablish, MakesABackupOfWhatThePeerFoundTooSlow) {
    Reestablish policy{settings({{"Rescue", "no"}})};
    auto now = twoLinks();
    fail(now, resetFor(5)).lasted = 60s;
    EXPECT_EQ(now.ask(policy).retries().size(), 1U);
    now.subflow("10.0.1.1", server, SubflowState::pending, 0s);
    EXPECT_THAT(now.ask(policy).priorities(), IsEmpty());
    now.subflow("10.0.1.1", server, SubflowState::up, 0s);
    const auto plan = now.ask(policy);
    ASSERT_GE(plan.priorities().size(), 1U);
    EXPECT_EQ(plan.priorities().back().priority, Priority::backup);
    EXPECT_NE(plan.priorities().back().subflow, SubflowId{0});
}

TEST(Reestablish, ReadsItsSettings) {
    for (const auto& [key, value] :
         {std::pair{"Base", "0"}, std::pair{"Base", "1h"}, std::pair{"Cap", "3601"},
          std::pair{"MaxHard", "-1"}, std::pair{"Rescue", "perhaps"}})
        EXPECT_THROW(Reestablish{settings({{key, value}})}, SettingsError) << key;
    EXPECT_THROW((Reestablish{settings({{"Base", "10"}, {"Cap", "5"}})}), SettingsError);
    EXPECT_NO_THROW((Reestablish{settings({{"MaxHard", "0"}, {"Cap", "1"}})}));
}

} // namespace
} // namespace subflowd::test
