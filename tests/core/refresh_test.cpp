// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// Fresh subflows in the place of those that seem dead.
namespace subflowd::test {
namespace {

using namespace core;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto host = "10.9.0.1";

/// The second policy has every suspect refreshed at once.
class RefreshTest : public Chain {
  protected:
    void SetUp() override {
        first.say = wantsAll;
        second.needed = Needs::health;
        second.say = [this](const ConnectionView& connection, const HostView&, Plan& plan) {
            for (std::size_t i = 0; i < connection.subflows.size(); ++i)
                if (connection.subflows[i].state == SubflowState::suspect)
                    plan.refresh(static_cast<SubflowId>(i), Instant{}, patience, reason,
                                 replacement);
        };
        lab.reload();
        Chain::SetUp();
        token = connected();
        lab.run(10s);
    }

    /// The subflow on eth1 dies; the fresh one waits for an answer.
    void strike() {
        lab.kernel.swallow("10.0.1.1", host);
        lab.run(2500ms);
    }

    Duration patience = 1s;
    Replacement replacement = Replacement::makeBeforeBreak;
    Token token{};
};

TEST_F(RefreshTest, IsNotCountedByLimits) {
    lab.configuration().limits.subflows = 2;
    lab.reload();
    lab.settle();
    strike();
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending backup",
                            "10.0.1.1 -> 10.9.0.1:443 suspect"));
}

TEST_F(RefreshTest, CostsNoBudget) {
    lab.configuration().guard.hostJoins = {1, 1h};
    lab.reload();
    const auto mark = lab.mark();
    lab.kernel.swallow("10.0.1.1", host);
    lab.run(10s);
    EXPECT_GE(lab.commandsSince(mark).size(), 14U) << "about eight probes, each cancelled";
}

TEST_F(RefreshTest, OneProbeIsThereAtATimeThoughASnapshotToldThePortOfOne) {
    strike();
    lab.resync();
    lab.run(3s);
    const auto unanswered =
        std::ranges::count(lab.kernel[token].subflows, false, &FakeKernel::Subflow::established);
    EXPECT_EQ(unanswered, 1);
}

TEST_F(RefreshTest, WaitsForTheTimeThatWasSaid) {
    const auto when = lab.now + 5s;
    second.say = [when](const ConnectionView& connection, const HostView&, Plan& plan) {
        for (std::size_t i = 0; i < connection.subflows.size(); ++i)
            plan.refresh(static_cast<SubflowId>(i), when, 1s, reason);
    };
    const auto mark = lab.mark();
    lab.kernel.swallow("10.0.1.1", host);
    lab.run(4900ms);
    EXPECT_THAT(lab.commandsSince(mark), IsEmpty());
    lab.run(200ms);
    EXPECT_THAT(lab.commandsSince(mark),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 backup"));
}

TEST_F(RefreshTest, TwoRoundTripsAreWaitedForWhateverThePolicySays) {
    patience = 250ms;
    lab.kernel.roundTrip = 400ms;
    strike();
    lab.kernel.bringAgain("10.0.1.1", host);
    lab.run(3s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443",
                            "10.0.1.1 -> 10.9.0.1:443 draining backup"));
}

TEST_F(RefreshTest, ABackupSubflowHasABackupSuccessor) {
    first.say = [](const ConnectionView& connection, const HostView&, Plan& plan) {
        wantAll(connection, plan, {0, 1, Priority::backup});
    };
    lab.reload();
    lab.run(1s);
    strike();
    const auto mark = lab.mark();
    lab.kernel.bringAgain("10.0.1.1", host);
    lab.run(2s);
    EXPECT_THAT(lab.commandsSince(mark),
                ElementsAre("cancel 10.0.1.1 -> 10.9.0.1:443",
                            "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 backup"));
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443 backup", "10.0.1.1 -> 10.9.0.1:443 backup",
                            "10.0.1.1 -> 10.9.0.1:443 draining backup"));
}

TEST_F(RefreshTest, WhereNothingCarriesTheSuccessorIsRegularFromTheBeginning) {
    const auto mark = lab.mark();
    lab.kernel.swallow("10.0.0.1", host);
    lab.kernel.swallow("10.0.1.1", host);
    lab.run(5s);
    lab.kernel.bringAgain("10.0.1.1", host);
    lab.run(1s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443 pending", "10.0.0.1 -> 10.9.0.1:443 suspect",
                            "10.0.1.1 -> 10.9.0.1:443"));
    const auto sent = lab.commandsSince(mark);
    EXPECT_THAT(sent, testing::Contains("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
    EXPECT_THAT(sent, testing::Contains("reset 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(sent, testing::Not(testing::Contains("regular 10.0.1.1 -> 10.9.0.1:443")))
        << "which may get lost";
}

TEST_F(RefreshTest, APeerThatMissedThePriorityIsToldAgain) {
    strike();
    lab.kernel.bringAgain("10.0.1.1", host);
    lab.run(1s);
    const auto mark = lab.mark();
    lab.run(10s);
    EXPECT_THAT(lab.commandsSince(mark),
                ElementsAre("regular 10.0.1.1 -> 10.9.0.1:443", "reset 10.0.1.1 -> 10.9.0.1:443"));
}

TEST_F(RefreshTest, IsDroppedIfThePolicySaysSoNoLonger) {
    strike();
    second.say = {};
    const auto mark = lab.mark();
    lab.reload();
    lab.settle();
    EXPECT_THAT(lab.commandsSince(mark), ElementsAre("cancel 10.0.1.1 -> 10.9.0.1:443"));
}

TEST_F(RefreshTest, NothingIsProbedOnAForbiddenPath) {
    const auto say = second.say;
    second.say = [say](const ConnectionView& connection, const HostView& host_, Plan& plan) {
        say(connection, host_, plan);
        plan.forbid(pathFrom(connection, other), Existing::keep, reason);
    };
    lab.reload();
    lab.settle();
    const auto mark = lab.mark();
    strike();
    EXPECT_THAT(lab.commandsSince(mark), IsEmpty());
    EXPECT_EQ(explain(token, "10.0.1.1").state, PathState::suspect);
}

TEST_F(RefreshTest, BreakBeforeMakeEndsTheOldOneAndThenThePathWantsAnother) {
    replacement = Replacement::breakBeforeMake;
    const auto mark = lab.mark();
    lab.kernel.swallow("10.0.1.1", host);
    lab.run(2500ms);
    EXPECT_THAT(lab.commandsSince(mark), ElementsAre("reset 10.0.1.1 -> 10.9.0.1:443",
                                                     "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"))
        << "its FIN would wait behind what was lost";
}

TEST_F(RefreshTest, WhatAProbeMetIsToldAndDoesNotCountAsAFailureOfThePath) {
    strike();
    lab.kernel.answer(server, Answer::refuses);
    lab.kernel.bringAgain("10.0.1.1", host);
    lab.run(2s);
    const auto path = explain(token, "10.0.1.1");
    EXPECT_EQ(path.state, PathState::suspect);
    EXPECT_EQ(path.lastFailure.cause, Cause::refused);
    lab.kernel.recover("10.0.1.1", host);
    lab.run(1s);
    EXPECT_EQ(explain(token, "10.0.1.1").lastFailure, Failure{}) << "of no interest any more";
}

TEST_F(RefreshTest, AnAddressThatGoesTakesBothAlong) {
    strike();
    const auto mark = lab.mark();
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(10s);
    EXPECT_THAT(lab.subflows(token), ElementsAre("10.0.0.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.commandsSince(mark), testing::Contains("remove id 2"));
}

/// Siblings share everything but their ports. Has the second one on eth1 replaced, though it is
/// well.
class RefreshOfSiblings : public RefreshTest {
  protected:
    void SetUp() override {
        RefreshTest::SetUp();
        first.say = [](const auto& connection, const auto&, Plan& plan) {
            plan.want(pathFrom(connection, other), {0, 3, {}}, reason);
        };
        lab.reload();
        lab.run(10s);
        ASSERT_EQ(lab.kernel[token].subflows.size(), 4U);
        slow = lab.kernel[token].subflows[2].tuple;
        second.say = [this](const ConnectionView& connection, const HostView&, Plan& plan) {
            for (std::size_t i = 0; i < connection.subflows.size(); ++i)
                if (connection.subflows[i].local == slow.local)
                    plan.refresh(static_cast<SubflowId>(i), Instant{}, patience, reason,
                                 replacement);
        };
        replacement = Replacement::evenIfAlive;
    }

    bool isThere() {
        return std::ranges::find(lab.kernel[token].subflows, slow, &FakeKernel::Subflow::tuple) !=
               lab.kernel[token].subflows.end();
    }

    FourTuple slow;
};

TEST_F(RefreshOfSiblings, TheRightOneEndsAndTheFreshOneIsThereBefore) {
    const auto mark = lab.mark();
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(mark),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 backup",
                            "regular 10.0.1.1 -> 10.9.0.1:443", "backup 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.kernel[token].subflows.size(), 5U);
    lab.run(10s);
    EXPECT_THAT(lab.commandsSince(mark + 3),
                ElementsAre("regular 10.0.1.1 -> 10.9.0.1:443", "reset 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.kernel[token].subflows.size(), 4U);
    EXPECT_FALSE(isThere());
}

TEST_F(RefreshOfSiblings, OneThatIsWellStaysUnlessThePolicySaysOtherwise) {
    replacement = Replacement::makeBeforeBreak;
    const auto mark = lab.mark();
    lab.reload();
    lab.run(10s);
    EXPECT_EQ(lab.mark(), mark);
}

TEST_F(RefreshOfSiblings, TheFreshOneStaysIfTheOldOneEndsMeanwhile) {
    lab.kernel.roundTrip = 400ms;
    const auto mark = lab.mark();
    lab.reload();
    lab.run(500ms);
    EXPECT_EQ(lab.commandsSince(mark).size(), 1U);
    auto& subflows = lab.kernel[token].subflows;
    std::swap(subflows[1], subflows[2]); // the first of its address is what breaks
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 104);
    lab.run(10s);
    EXPECT_FALSE(isThere());
    EXPECT_THAT(lab.commandsSince(mark + 1), ElementsAre("regular 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.kernel[token].subflows.size(), 4U);
}

TEST_F(RefreshOfSiblings, APeerThatTakesNoMoreIsNotHammered) {
    lab.kernel.answer(server, Answer::rejects);
    const auto mark = lab.mark();
    lab.reload();
    lab.run(1s);
    EXPECT_LE(lab.commandsSince(mark).size(), 11U) << "whatever the policy says";
    EXPECT_GE(lab.commandsSince(mark).size(), 2U);
    EXPECT_EQ(lab.kernel[token].subflows.size(), 4U);
    EXPECT_TRUE(isThere());
}

TEST_F(RefreshTest, TheEndOfTheConnectionLeavesNothingBehind) {
    strike();
    lab.kernel.close(token);
    lab.settle();
    std::size_t questions = 0;
    lab.observer = [&questions](const Input&, const Outcome& outcome) {
        if (outcome.health != HealthQuestion::none)
            ++questions;
    };
    lab.run(1min);
    EXPECT_EQ(questions, 0U);
}

} // namespace
} // namespace subflowd::test
