// SPDX-License-Identifier: BSD-3-Clause
#include "policies/situation.hpp"
#include "reestablish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What reestablish says of subflows that seem dead, and what it makes of others' findings.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using reestablish::Reestablish;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto server = "10.9.0.1:443";

/// A connection with a subflow on each of two links; that on wlan0 has been suspect for a while.
class Probing : public testing::Test {
  protected:
    Probing() {
        now.link(1, "eth0");
        now.link(2, "wlan0");
        now.address(1, "10.0.0.1");
        now.address(2, "10.0.1.1");
        suspect("10.0.1.1", 3s);
    }

    SubflowView& suspect(std::string_view local, Duration ago) {
        now.ended(local, server);
        auto& subflow = now.subflow(local, server, SubflowState::suspect, 1min);
        subflow.suspect = now.now - ago;
        now.path(local, server).state = PathState::suspect;
        return subflow;
    }

    PathView& wlan() { return now.path("10.0.1.1", server); }

    /// When the only refresh that is stated is due, from now.
    Duration due(Policy& asked) {
        const auto plan = now.ask(asked);
        EXPECT_EQ(plan.refreshes().size(), 1U);
        return plan.refreshes().empty() ? 1h : plan.refreshes()[0].time - now.now;
    }

    Situation now{"10.0.0.1:1000", server};
    Reestablish policy{{}};
};

TEST_F(Probing, BeginsAtOnce) {
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.refreshes().size(), 1U);
    const auto& stated = plan.refreshes()[0];
    EXPECT_EQ(static_cast<std::size_t>(stated.subflow), 1U);
    EXPECT_EQ(stated.time, now.now - 3s);
    EXPECT_EQ(stated.patience, 1s);
    EXPECT_EQ(stated.replacement, Replacement::makeBeforeBreak);
}

TEST_F(Probing, GoesOnEverySecond) {
    wlan().tried = now.now - 400ms;
    EXPECT_EQ(due(policy), 600ms);
}

TEST_F(Probing, GoesOnSlowlyWhereItCosts) {
    now.links[1].metered = true;
    wlan().tried = now.now - 400ms;
    EXPECT_EQ(due(policy), 29600ms);
    EXPECT_EQ(now.ask(policy).refreshes()[0].patience, 30s);
    Reestablish slow{settings({{"ProbeInterval", "60s"}})};
    EXPECT_EQ(due(slow), 59600ms);
}

TEST_F(Probing, HurriesWhileNothingCarries) {
    suspect("10.0.0.1", 2s);
    now.links[0].metered = true;
    Reestablish slow{settings({{"ProbeInterval", "60s"}})};
    now.path("10.0.0.1", server).tried = wlan().tried = now.now - 100ms;
    const auto plan = now.ask(slow);
    ASSERT_EQ(plan.refreshes().size(), 2U);
    for (const auto& stated : plan.refreshes()) {
        EXPECT_EQ(stated.time - now.now, 400ms);
        EXPECT_EQ(stated.patience, 500ms);
    }
    Reestablish fast{settings({{"ProbeInterval", "250ms"}})};
    EXPECT_EQ(now.ask(fast).refreshes()[0].time - now.now, 150ms);
    suspect("10.0.0.1", 61s);
    suspect("10.0.1.1", 61s);
    EXPECT_EQ(now.ask(slow).refreshes()[0].patience, 1s);
    suspect("10.0.0.1", 11min);
    suspect("10.0.1.1", 11min);
    EXPECT_EQ(now.ask(slow).refreshes()[0].patience, 1min);
}

TEST_F(Probing, GoesOnAsFastAsItIsTold) {
    Reestablish fast{settings({{"ProbeInterval", "250ms"}})};
    wlan().tried = now.now - 100ms;
    EXPECT_EQ(due(fast), 150ms);
}

TEST_F(Probing, SlowsDownAfterTenMinutes) {
    suspect("10.0.1.1", 11min);
    wlan().tried = now.now;
    EXPECT_EQ(due(policy), 30s);
}

TEST_F(Probing, SaysNothingOfHealthySubflowsAndSuccessors) {
    now.ended("10.0.1.1", server);
    now.subflow("10.0.1.1", server, SubflowState::up);
    now.subflow("10.0.1.1", server, SubflowState::pending).successor = true;
    EXPECT_THAT(now.ask(policy).refreshes(), IsEmpty());
}

TEST_F(Probing, BreaksFirstIfThePeerIsFullAndAnotherSubflowCarries) {
    wlan().tried = now.now - 1s;
    wlan().lastFailure.cause = Cause::rejected;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.refreshes().size(), 1U);
    EXPECT_EQ(plan.refreshes()[0].replacement, Replacement::breakBeforeMake);
}

TEST_F(Probing, KeepsTheInitialSubflowWhoseEndMakesNoRoom) {
    suspect("10.0.1.1", 3s).initial = true;
    wlan().tried = now.now - 1s;
    wlan().lastFailure.cause = Cause::rejected;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.refreshes().size(), 1U);
    EXPECT_EQ(plan.refreshes()[0].replacement, Replacement::makeBeforeBreak);
    EXPECT_EQ(plan.refreshes()[0].time - now.now, 29s);
}

TEST_F(Probing, KeepsTheLastSubflowsThoughThePeerIsFull) {
    suspect("10.0.0.1", 3s);
    wlan().tried = now.now - 1s;
    wlan().lastFailure.cause = Cause::rejected;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.refreshes().size(), 2U);
    for (const auto& stated : plan.refreshes())
        EXPECT_EQ(stated.replacement, Replacement::makeBeforeBreak);
    EXPECT_EQ(plan.refreshes()[0].time - now.now, 29s) << "that on wlan0";
}

TEST_F(Probing, ARejectionOfLongAgoSaysNothing) {
    wlan().tried = now.now - 10s;
    wlan().lastFailure.cause = Cause::rejected;
    EXPECT_EQ(now.ask(policy).refreshes()[0].replacement, Replacement::makeBeforeBreak);
}

TEST_F(Probing, FailedPathsAreTriedTwiceASecondWhileAllThereIsSeemsDead) {
    suspect("10.0.0.1", 10s);
    now.address(2, "10.0.1.2");
    now.failed("10.0.1.2", server, 500ms);
    auto& path = now.path("10.0.1.2", server);
    path.lastFailure.cause = Cause::timedOut;
    path.failures = 5;
    const auto plan = now.ask(policy);
    ASSERT_EQ(plan.retries().size(), 1U);
    EXPECT_LE(plan.retries()[0].time, now.now + 500ms);
    EXPECT_EQ(codeOf(plan.retries()[0].reason), "rescue-suspect");
}

/// A path on wlan0 that nobody answered on, for the fifth time, ten seconds ago.
class Hearsay : public testing::Test {
  protected:
    Hearsay() {
        now.link(1, "eth0");
        now.link(2, "wlan0");
        now.address(1, "10.0.0.1");
        now.address(2, "10.0.1.1");
        now.failed("10.0.1.1", server, 10s);
        auto& path = now.path("10.0.1.1", server);
        path.failures = path.attempts = 5;
        path.lastFailure.cause = Cause::timedOut;
    }

    PathView& wlan() { return now.path("10.0.1.1", server); }

    Duration wait() {
        const auto plan = now.ask(policy);
        return plan.retries().size() == 1 ? plan.retries()[0].time - now.now : 1h;
    }

    Situation now{"10.0.0.1:1000", server};
    Reestablish policy{{}};
};

TEST_F(Hearsay, AnAnswerToAnotherConnectionCutsTheWait) {
    const auto alone = wait();
    EXPECT_GT(alone, 20s);
    wlan().answered = now.now;
    EXPECT_LT(wait(), 10s);
    EXPECT_GE(wait(), (alone + 10s) / 8 - 10s) << "an eighth of the wait remains";
}

TEST_F(Hearsay, AnAnswerBeforeTheFailureSaysNothing) {
    const auto alone = wait();
    wlan().answered = now.now - 11s;
    EXPECT_EQ(wait(), alone);
}

TEST_F(Hearsay, WhatThePeerRefusedIsNoMatterOfTheNetwork) {
    wlan().lastFailure = {Cause::refused, 111, std::nullopt, false};
    const auto alone = wait();
    wlan().answered = now.now;
    EXPECT_EQ(wait(), alone);
}

} // namespace
} // namespace subflowd::test
