// SPDX-License-Identifier: BSD-3-Clause
#include "core/join_budget.hpp"
#include "support/chain.hpp"

#include <string>

/// Joins that a peer provokes are paid for (threats T2, T3).
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using core::Allowance;
using core::Bucket;
using core::JoinBudget;

constexpr Instant start{1000s};

TEST(Bucket, GivesABurstAndThenATrickle) {
    constexpr Allowance allowance{3, 1s};
    Bucket bucket;
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(bucket.has(start, allowance)) << i;
        bucket.take(start, allowance);
    }
    EXPECT_FALSE(bucket.has(start, allowance));
    EXPECT_EQ(bucket.next(allowance), start + 1s);
    EXPECT_TRUE(bucket.has(start + 1s, allowance));
    bucket.take(start + 1s, allowance);
    EXPECT_FALSE(bucket.has(start + 1s, allowance));
    EXPECT_TRUE(bucket.has(start + 10s, allowance));
}

TEST(Bucket, IsNotFullerThanFull) {
    constexpr Allowance allowance{2, 1s};
    Bucket bucket;
    bucket.take(start, allowance);
    for (int i = 0; i < 5; ++i)
        bucket.giveBack(allowance);
    bucket.take(start, allowance);
    bucket.take(start, allowance);
    EXPECT_FALSE(bucket.has(start, allowance));
}

TEST(JoinBudget, IsPerHostAndForAll) {
    core::Guard settings;
    settings.hostJoins = {1, 1s};
    settings.joins = {2, 1s};
    JoinBudget budget;
    const auto one = IpAddress::v4(1, 1, 1, 1);
    const auto two = IpAddress::v4(2, 2, 2, 2);
    budget.take(settings, one, start);
    EXPECT_EQ(budget.next(settings, one), start + 1s);
    EXPECT_LE(budget.next(settings, two), start);
    budget.take(settings, two, start);
    EXPECT_EQ(budget.next(settings, IpAddress::v4(3, 3, 3, 3)), start + 1s);
    budget.giveBack(settings, two);
    EXPECT_LE(budget.next(settings, two), start);
}

class Budgets : public Chain {
  protected:
    static constexpr auto announced = "10.9.0.2:443";

    void SetUp() override {
        Chain::SetUp();
        first.say = [](const ConnectionView& connection, const auto&, Plan& plan) {
            for (std::size_t i = 0; i < connection.paths.size(); ++i)
                if (connection.paths[i].origin == RemoteOrigin::announced)
                    plan.want(static_cast<PathId>(i), {}, reason);
        };
    }

    std::size_t joins() const { return lab.mark(); }

    void announceOn(std::size_t connections) {
        for (std::size_t i = 0; i < connections; ++i)
            lab.kernel.announceFromPeer(connected(), 5, announced);
    }
};

TEST_F(Budgets, StopAFloodAgainstAThirdHost) {
    lab.kernel.answer(announced, Answer::silent);
    lab.configuration().guard.hostJoins = {4, 1s};
    lab.reload();
    announceOn(50);
    lab.run(100ms);
    EXPECT_EQ(joins(), 4U);
    EXPECT_GT(lab.engine->counters().joinsDelayed, 0U);
    lab.run(3s);
    EXPECT_EQ(joins(), 7U);
}

TEST_F(Budgets, DoNotSlowAnHonestServerDown) {
    lab.configuration().guard.hostJoins = {4, 1s};
    lab.reload();
    announceOn(50);
    lab.run(1s);
    EXPECT_EQ(joins(), 100U) << "each answer gives its join back";
}

TEST_F(Budgets, ExplainWhatWaits) {
    lab.kernel.answer(announced, Answer::silent);
    lab.configuration().guard.hostJoins = {1, 100s};
    lab.reload();
    const auto token = connected();
    lab.kernel.announceFromPeer(token, 5, announced);
    lab.settle();
    EXPECT_EQ(why(token, "10.0.1.1", announced), "guard: join-budget");
}

TEST_F(Budgets, LimitWhatIsPending) {
    lab.kernel.answer(announced, Answer::silent);
    lab.configuration().guard.pendingJoins = 1;
    lab.reload();
    const auto token = connected();
    lab.kernel.announceFromPeer(token, 5, announced);
    lab.settle();
    EXPECT_EQ(joins(), 1U);
    EXPECT_EQ(why(token, "10.0.1.1", announced), "guard: pending-limit");
    lab.run(6s);
    EXPECT_EQ(joins(), 3U) << "the first was cancelled, the second went out";
}

TEST_F(Budgets, MakeAPeerPayThatAcceptsAndCloses) {
    lab.kernel.answer(announced, Answer::rejects);
    lab.configuration().guard.connectionJoins = {4, 100s};
    lab.reload();
    const auto token = connected();
    for (std::uint8_t i = 0; i < 10; ++i) {
        lab.kernel.announceFromPeer(token, 5, announced);
        lab.run(1s);
    }
    EXPECT_EQ(joins(), 4U) << "repeating the announcement lifts the wait, not the budget";
}

TEST_F(Budgets, DoNotChargeFirstJoinsToTheInitialRemote) {
    first.say = wantsAll;
    lab.configuration().guard.joins = {1, 1000s};
    lab.configuration().guard.hostJoins = {1, 1000s};
    lab.reload();
    for (int i = 0; i < 50; ++i)
        connected();
    lab.run(1s);
    EXPECT_EQ(joins(), 50U);
    EXPECT_EQ(lab.engine->counters().joinsDelayed, 0U);
}

} // namespace
} // namespace subflowd::test
