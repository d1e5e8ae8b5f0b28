// SPDX-License-Identifier: BSD-3-Clause
#include "policies/situation.hpp"
#include "refresh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>

/// Which subflow refresh replaces, and when.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using refresh::Refresh;
using refresh::State;

constexpr auto server = "10.9.0.1:443";
constexpr std::uint64_t fast = 10'000'000;

/// A connection with four subflows on the path where it began, from ports 40000 to 40003.
class RefreshTest : public testing::Test {
  protected:
    RefreshTest() {
        now.address(1, "10.0.0.1");
        for (int i = 0; i < 3; ++i)
            now.sibling("10.0.0.1", server, SubflowState::up, 60s);
        now.path("10.0.0.1", server).state = PathState::confirmed;
        for (std::uint16_t port = 40000; port < 40004; ++port)
            carries(port, fast);
    }

    void carries(std::uint16_t port, std::uint64_t rate) { rates[port - 40000] = rate; }

    /// A period later: what policy says after another look at the subflows.
    Plan look() { return look(policy); }

    Plan look(Policy& asked) {
        now.now += 3s;
        for (std::uint16_t port = 40000; port < 40004; ++port) {
            auto& measured = now.measured(port);
            measured.deliveryRate = measured.sendingRate = rates[port - 40000];
        }
        return again(asked);
    }

    /// The same without a look.
    Plan again() { return again(policy); }

    Plan again(Policy& asked) {
        auto plan = now.ask(asked);
        now.connection.remembered = plan.memory();
        return plan;
    }

    /// The index of the subflow that is to be replaced; none.
    static std::optional<std::size_t> replaced(const Plan& plan) {
        if (plan.refreshes().empty())
            return std::nullopt;
        EXPECT_EQ(plan.refreshes()[0].replacement, Replacement::evenIfAlive);
        return static_cast<std::size_t>(plan.refreshes()[0].subflow);
    }

    Situation now{"10.0.0.1:1000", server};
    std::array<std::uint64_t, 4> rates{};
    Refresh policy{{}};
};

TEST_F(RefreshTest, LeavesEqualsAlone) {
    for (int round = 0; round < 10; ++round)
        EXPECT_EQ(replaced(look()), std::nullopt);
}

TEST_F(RefreshTest, ReplacesTheSlowestAfterTwoRounds) {
    carries(40002, fast * 49 / 100);
    EXPECT_EQ(replaced(look()), std::nullopt);
    EXPECT_EQ(replaced(again()), std::nullopt) << "no round without a look";
    EXPECT_EQ(replaced(look()), 2U);
    EXPECT_EQ(replaced(again()), 2U) << "until it is done";
}

TEST_F(RefreshTest, LeavesWhatIsNotSlowEnough) {
    carries(40002, fast / 2);
    for (int round = 0; round < 10; ++round)
        EXPECT_EQ(replaced(look()), std::nullopt);
}

TEST_F(RefreshTest, WantsTheSameOneToBeSlowTwice) {
    carries(40002, 1000);
    EXPECT_EQ(replaced(look()), std::nullopt);
    carries(40002, fast);
    carries(40001, 1000);
    EXPECT_EQ(replaced(look()), std::nullopt);
    carries(40001, fast);
    EXPECT_EQ(replaced(look()), std::nullopt);
    carries(40001, 1000);
    EXPECT_EQ(replaced(look()), std::nullopt) << "a good round came between";
    EXPECT_EQ(replaced(look()), 1U);
}

TEST_F(RefreshTest, LeavesConnectionsThatSendLittle) {
    for (auto& rate : rates)
        rate = 200'000;
    carries(40002, 1000);
    for (int round = 0; round < 10; ++round)
        EXPECT_EQ(replaced(look()), std::nullopt);
    Refresh any{settings({{"MinRate", "0"}})};
    look(any);
    EXPECT_EQ(replaced(look(any)), 2U);
}

TEST_F(RefreshTest, ComparesTwoWithEachOther) {
    now.ended("10.0.0.1", server);
    now.subflow("10.0.0.1", server, SubflowState::up, 60s).initial = true;
    now.sibling("10.0.0.1", server, SubflowState::up, 60s);
    const auto both = [this](std::uint64_t first, std::uint64_t second) {
        now.now += 3s;
        now.measured(40000).deliveryRate = first;
        now.measured(40001).deliveryRate = second;
        now.measured(40000).sendingRate = fast;
        return again();
    };
    both(fast, fast / 3);
    EXPECT_EQ(replaced(both(fast, fast / 3)), 1U);
}

TEST_F(RefreshTest, WaitsForSubflowsThatAreTooYoungToJudge) {
    carries(40002, 1000);
    look();
    now.sibling("10.0.0.1", server, SubflowState::up, 0s).since = now.now + 2s;
    now.measured(40004).deliveryRate = fast;
    now.now += 3s;
    for (std::uint16_t port = 40000; port < 40005; ++port)
        now.measured(port);
    EXPECT_EQ(replaced(again()), std::nullopt);
    now.now += 3s;
    for (std::uint16_t port = 40000; port < 40005; ++port)
        now.measured(port);
    EXPECT_EQ(replaced(again()), 2U);
}

TEST_F(RefreshTest, TakesTheRateOfPacingWhereNothingWasDeliveredYet) {
    const auto paced = [this](std::uint64_t rate) {
        now.now += 3s;
        for (std::uint16_t port = 40000; port < 40004; ++port) {
            auto& measured = now.measured(port);
            const bool slow = port == 40002;
            measured = {now.now, 0, 0, slow ? 0 : fast, 0, slow ? rate : fast, {}};
        }
        return again();
    };
    paced(fast);
    EXPECT_EQ(replaced(paced(fast)), std::nullopt);
    paced(1000);
    EXPECT_EQ(replaced(paced(1000)), 2U);
}

TEST_F(RefreshTest, BelievesWhatWentByMoreThanOneSlowRoundTrip) {
    const auto stalled = [this] {
        look();
        now.measured(40002).deliveryRate = 1000;
        return again();
    };
    stalled();
    EXPECT_EQ(replaced(stalled()), std::nullopt);
}

TEST_F(RefreshTest, GivesOneThatGrowsTime) {
    auto rate = fast / 20;
    for (; rate < fast / 2; rate += rate / 7) {
        carries(40002, rate);
        ASSERT_EQ(replaced(look()), std::nullopt) << rate;
    }
    carries(40002, rate = fast / 3);
    look();
    carries(40002, rate + rate / 8);
    EXPECT_EQ(replaced(look()), 2U) << "as good as still";
}

TEST_F(RefreshTest, OneAtATimeAndTheNextOneLater) {
    carries(40002, 1000);
    carries(40003, 1000);
    look();
    const auto first = replaced(look());
    ASSERT_TRUE(first);
    // It came to nothing: nobody waits to take its place.
    now.path("10.0.0.1", server).tried = now.now;
    now.now += 100ms;
    EXPECT_EQ(replaced(again()), std::nullopt);
    EXPECT_EQ(refresh::read(now.connection.remembered).fruitless, 1U);
}

TEST_F(RefreshTest, GivesUpAfterTenReplacementsThatChangedNothing) {
    carries(40002, 1000);
    unsigned replacements = 0;
    Duration longest{};
    auto before = now.now;
    for (int round = 0; round < 5000; ++round) {
        if (!replaced(look()))
            continue;
        longest = std::max(longest, now.now - before);
        before = now.now;
        ++replacements;
        now.path("10.0.0.1", server).tried = now.now;
        again();
    }
    EXPECT_EQ(replacements, State::mostFruitless);
    EXPECT_GT(longest, 2500ms * 256) << "twice as long each time";
    EXPECT_EQ(look().period(), Duration::max()) << "and nothing is measured any more";
}

TEST_F(RefreshTest, BeginsAnewOnceItHelped) {
    carries(40002, 1000);
    look();
    look();
    now.path("10.0.0.1", server).tried = now.now;
    again();
    EXPECT_EQ(refresh::read(now.connection.remembered).fruitless, 1U);
    carries(40002, fast);
    look();
    EXPECT_EQ(refresh::read(now.connection.remembered).fruitless, 0U);
}

TEST_F(RefreshTest, StopsWhenThePathDoesNotLetIt) {
    carries(40002, 1000);
    look();
    EXPECT_EQ(replaced(look()), 2U);
    now.now += 4900ms;
    EXPECT_EQ(replaced(again()), 2U);
    now.now += 100ms;
    EXPECT_EQ(replaced(again()), std::nullopt);
}

TEST_F(RefreshTest, LeavesBackupSubflowsAlone) {
    now.sibling("10.0.0.1", server, SubflowState::up, 60s).priority = Priority::backup;
    now.measured(40004).deliveryRate = 1000;
    look();
    now.measured(40004).deliveryRate = 1000;
    EXPECT_EQ(replaced(look()), std::nullopt);
}

TEST_F(RefreshTest, SaysNothingWhereThereIsNothingToCompare) {
    Situation alone{"10.0.0.1:1000", server};
    alone.address(1, "10.0.0.1");
    EXPECT_EQ(alone.ask(policy), Plan{});
    now.connection.side = Side::server;
    EXPECT_EQ(now.ask(policy), Plan{});
}

TEST_F(RefreshTest, SpreadsItsRoundsOverConnections) {
    std::set<Duration> periods;
    for (std::uint32_t token = 1; token <= 50; ++token) {
        now.connection.token = Token{token};
        const auto period = now.ask(policy).period();
        EXPECT_GE(period, 2s);
        EXPECT_LE(period, 3s);
        periods.insert(period);
    }
    EXPECT_GT(periods.size(), 40U);
}

TEST(RefreshState, SurvivesBeingWrittenDown) {
    const State state{
        40002, 1, 9, 65535, 1ULL << 40, Instant{1234567890123ns}, Instant{987654321098ns}};
    EXPECT_EQ(refresh::read(refresh::write(state)), state);
    EXPECT_EQ(refresh::read(Memory{}), State{});
}

TEST(RefreshSettings, SayWhatIsWrong) {
    EXPECT_EQ(problemOf<Refresh>("Period", "100ms"), "Period: wants a time from 500ms to 60s");
    EXPECT_EQ(problemOf<Refresh>("Threshold", "0"), "Threshold: wants a whole number from 1 to 90");
    EXPECT_EQ(problemOf<Refresh>("MinRate", "fast"),
              "MinRate: wants a whole number from 0 to 1000000000000");
}

} // namespace
} // namespace subflowd::test
