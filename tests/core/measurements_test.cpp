// SPDX-License-Identifier: BSD-3-Clause
#include "core/connection.hpp"
#include "support/chain.hpp"

/// What subflows carry, for policies that ask for it.
namespace subflowd::test {
namespace {

using namespace core;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// There may be a million of these, and few of them are measured.
static_assert(sizeof(void*) > 8 || sizeof(Subflow) <= 56);

class MeasurementsTest : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        lab.observer = [this](const Input&, const Outcome& outcome) {
            if (outcome.health == HealthQuestion::samples)
                ++looks;
        };
        first.say = [this](const ConnectionView& connection, const HostView&, Plan& plan) {
            if (period != Duration::max())
                plan.measure(period);
            seen.assign(connection.measurements.begin(), connection.measurements.end());
        };
    }

    Duration period = 1s;
    std::vector<Measurement> seen; ///< at the last call
    unsigned looks = 0;
};

TEST_F(MeasurementsTest, AreMadeForWhomAsks) {
    const auto token = connected();
    EXPECT_EQ(looks, 0U);
    lab.kernel[token].subflows[0].rate = 1000;
    lab.run(1s);
    EXPECT_EQ(looks, 1U);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].when, lab.now);
    EXPECT_EQ(seen[0].sendingRate, 0U) << "one look tells no rate";
    lab.run(9s);
    EXPECT_EQ(looks, 10U);
    EXPECT_EQ(seen[0].sendingRate, 1000U);
    EXPECT_EQ(seen[0].deliveryRate, 1000U);
    EXPECT_GE(seen[0].acknowledged, 10000U);
}

TEST_F(MeasurementsTest, CostNothingOtherwise) {
    period = Duration::max();
    connected();
    lab.run(1min);
    EXPECT_EQ(looks, 0U);
    EXPECT_THAT(seen, IsEmpty());
}

TEST_F(MeasurementsTest, EndWhenNobodyAsksAnyMore) {
    const auto token = connected();
    lab.run(3s);
    EXPECT_EQ(looks, 3U);
    period = Duration::max();
    lab.run(1s); // the look that was due already
    looks = 0;
    lab.run(1min);
    EXPECT_EQ(looks, 0U);
    period = 1s;
    lab.reload();
    lab.run(3s);
    EXPECT_EQ(looks, 3U);
    lab.kernel.close(token);
    lab.run(1s);
    looks = 0;
    lab.run(1min);
    EXPECT_EQ(looks, 0U);
}

TEST_F(MeasurementsTest, ServeAllWhoAreDueSoonInOneLook) {
    connected();
    lab.run(100ms);
    connected();
    lab.run(100ms);
    connected();
    lab.run(9800ms);
    EXPECT_LE(looks, 11U) << "not thirty";
    EXPECT_GE(looks, 9U);
}

TEST_F(MeasurementsTest, AreNotMadeAsOftenAsAPolicyLikes) {
    period = 1ms;
    connected();
    lab.run(10s);
    EXPECT_LE(looks, 40U);
    EXPECT_GE(looks, 35U);
}

TEST_F(MeasurementsTest, StandBesideTheirSubflows) {
    second.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    lab.kernel[token].subflows[1].rate = 500;
    lab.run(3s);
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].sendingRate, 0U);
    EXPECT_EQ(seen[1].sendingRate, 500U);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 104);
    lab.run(1s);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].sendingRate, 0U);
}

/// What a policy remembers is told to it alone, and is gone when it says it no longer.
TEST_F(MeasurementsTest, APolicyIsToldWhatItRemembered) {
    std::vector<Memory> told;
    first.say = [&told](const ConnectionView& connection, const HostView& host, Plan& plan) {
        told.push_back(connection.remembered);
        auto memory = connection.remembered;
        ++memory[3];
        if (memory[3] < 3)
            plan.remember(memory);
        if (told.size() < 5)
            plan.askAgain(host.now + 1s);
    };
    Memory others{};
    second.say = [&others](const ConnectionView& connection, const HostView&, Plan&) {
        others[3] = std::max(others[3], connection.remembered[3]);
    };
    connected();
    told.clear(); // of the rehearsal, and of the first call
    lab.run(1min);
    const auto memory = [](std::uint64_t n) { return Memory{0, 0, 0, n}; };
    EXPECT_THAT(told, ElementsAre(memory(1), memory(2), memory(0), memory(1), memory(2)));
    EXPECT_EQ(others, Memory{});
}

TEST_F(MeasurementsTest, AnExplanationChangesNoMemory) {
    first.say = [](const ConnectionView& connection, const HostView&, Plan& plan) {
        auto memory = connection.remembered;
        ++memory[0];
        plan.remember(memory);
    };
    const auto token = connected();
    explain(token, "10.0.0.1");
    explain(token, "10.0.0.1");
    Memory told{};
    first.say = [&told](const ConnectionView& connection, const HostView&, Plan&) {
        told = connection.remembered;
    };
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(told, (Memory{1, 0, 0, 0}));
}

} // namespace
} // namespace subflowd::test
