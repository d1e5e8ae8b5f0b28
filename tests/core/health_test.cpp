// SPDX-License-Identifier: BSD-3-Clause
#include "core/health.hpp"
#include "support/chain.hpp"
#include "support/lab.hpp"
#include "support/scripted_policy.hpp"

#include <gtest/gtest.h>

namespace subflowd::test {
namespace {

using namespace core;
using namespace std::chrono_literals;

constexpr auto local = "10.0.0.1:1000";
constexpr auto remote = "10.9.0.1:443";

HealthSample sample(std::uint32_t unacknowledged, std::uint8_t timeouts, Duration silence) {
    HealthSample made;
    made.unacknowledged = unacknowledged;
    made.timeouts = timeouts;
    made.silence = silence;
    made.roundTrip = 20ms;
    made.variation = 5ms;
    return made;
}

TEST(Health, ASubflowSeemsDeadAfterTwoTimeoutsAndTwoSeconds) {
    EXPECT_TRUE(seemsDead(sample(1, 2, 2001ms)));
    EXPECT_FALSE(seemsDead(sample(1, 2, 2000ms))) << "too soon";
    EXPECT_FALSE(seemsDead(sample(1, 1, 10s))) << "one timeout happens";
    EXPECT_FALSE(seemsDead(sample(0, 5, 10s))) << "nothing is outstanding";
}

TEST(Health, ALongRoundTripExplainsALongSilence) {
    auto slow = sample(1, 2, 6s);
    slow.roundTrip = 600ms;
    slow.variation = 100ms;
    EXPECT_FALSE(seemsDead(slow));
    slow.silence = 6001ms;
    EXPECT_TRUE(seemsDead(slow));
}

TEST(Health, AnIdleSubflowOrOneWithoutTimeoutsIsInNoDoubt) {
    EXPECT_TRUE(seemsAlive(sample(0, 0, 1h)));
    EXPECT_TRUE(seemsAlive(sample(3, 0, 1h)));
    EXPECT_FALSE(seemsAlive(sample(3, 1, 300ms)));
}

/// A policy that wants to know of health, and one that does not.
class HealthTest : public testing::Test {
  protected:
    void start(Needs needs, Side side = Side::client) {
        policy.needed = needs;
        lab.emplace(std::vector<ConfiguredPolicy>{{"scripted", &policy}});
        lab->observer = [this](const Input& /*input*/, const Outcome& outcome) {
            if (outcome.health == HealthQuestion::activity)
                activity.push_back(lab->now);
            if (outcome.health == HealthQuestion::samples)
                samples.push_back(lab->now);
        };
        lab->twoUplinks();
        token = lab->kernel.connect(local, remote, JoinInitial::allowed, side);
        lab->kernel.establish(token);
        lab->settle();
    }

    SubflowState stateOfInitial() const { return lab->engine->report(token)->subflows.at(0).state; }

    ScriptedPolicy policy;
    std::optional<Lab> lab;
    Token token{};
    std::vector<Instant> activity;
    std::vector<Instant> samples;
};

TEST_F(HealthTest, NobodyAsksWithoutAPolicyThatWantsToKnow) {
    start(Needs::events);
    lab->run(1min);
    EXPECT_EQ(activity.size() + samples.size(), 0U);
}

TEST_F(HealthTest, NobodyAsksForConnectionsThatOthersOpened) {
    start(Needs::health, Side::server);
    lab->run(1min);
    EXPECT_EQ(activity.size() + samples.size(), 0U);
}

TEST_F(HealthTest, NobodyAsksWhenTheLastConnectionIsClosed) {
    start(Needs::health | Needs::facts);
    lab->run(1min);
    EXPECT_GT(activity.size(), 100U);
    lab->kernel.close(token);
    lab->settle();
    activity.clear();
    lab->run(1min);
    EXPECT_EQ(activity.size() + samples.size(), 0U);
}

TEST_F(HealthTest, OnlyCountersAreReadWhileNoTimerRunsOut) {
    start(Needs::health);
    lab->run(10s);
    EXPECT_EQ(samples.size(), 0U);
    EXPECT_NEAR(static_cast<double>(activity.size()), 40, 2);
}

TEST_F(HealthTest, SamplesAreTakenFromTheFirstTimeoutOnAndAsLongAsSomethingIsSuspect) {
    start(Needs::health);
    lab->run(10s);
    lab->kernel.swallow("10.0.0.1", "10.9.0.1");
    lab->run(500ms);
    EXPECT_GE(samples.size(), 1U);
    EXPECT_EQ(stateOfInitial(), SubflowState::up);
    lab->run(2s);
    EXPECT_EQ(stateOfInitial(), SubflowState::suspect);
    samples.clear();
    activity.clear();
    lab->run(10s);
    EXPECT_EQ(activity.size(), 0U);
    EXPECT_NEAR(static_cast<double>(samples.size()), 40, 2);
    lab->kernel.recover("10.0.0.1", "10.9.0.1");
    lab->run(500ms);
    EXPECT_EQ(stateOfInitial(), SubflowState::up);
    samples.clear();
    lab->run(10s);
    EXPECT_LE(samples.size(), 2U);
}

TEST_F(HealthTest, BothTurnsAreTold) {
    start(Needs::health);
    lab->kernel.swallow("10.0.0.1", "10.9.0.1");
    lab->run(3s);
    lab->kernel.recover("10.0.0.1", "10.9.0.1");
    lab->run(1s);
    std::vector<std::string> told;
    for (const auto& change : lab->changes)
        if (change.kind == Change::Kind::subflowSuspect ||
            change.kind == Change::Kind::subflowRecovered)
            told.emplace_back(change.reason.text->code);
    EXPECT_EQ(told, (std::vector<std::string>{"seems-dead", "recovered"}));
}

/// What the core asks, without a kernel that answers.
class QuestionTest : public HealthTest {
  protected:
    void SetUp() override {
        start(Needs::health);
        engine = lab->engine.get();
        now = lab->now;
    }

    HealthQuestion step(const Input& input, Duration later = {}) {
        now += later;
        const auto& outcome = engine->step(now, input);
        wake = outcome.wake;
        return outcome.health;
    }

    Engine* engine = nullptr;
    Instant now{};
    Instant wake{};
};

TEST_F(QuestionTest, AHostThatSendsNothingIsAskedLessAndLess) {
    step(TcpActivity{0, 0});
    std::vector<Duration> waits;
    for (int i = 0; i < 6; ++i) {
        waits.push_back(wake - now);
        now = wake;
        EXPECT_EQ(step(Tick{}), HealthQuestion::activity);
        step(TcpActivity{0, 0}, 1ms);
    }
    EXPECT_EQ(waits.back(), 4s);
    EXPECT_LT(waits.front(), 4s);
    now = wake;
    step(Tick{});
    step(TcpActivity{0, 1});
    EXPECT_EQ(wake - now, 250ms) << "data flows again";
}

TEST_F(QuestionTest, ATimeoutHasTheSamplesTakenAtOnce) {
    step(TcpActivity{0, 0});
    EXPECT_EQ(step(TcpActivity{1, 1}), HealthQuestion::samples);
    EXPECT_EQ(wake - now, 5s) << "until the answer is there";
}

TEST_F(QuestionTest, ADumpTakesATwentiethOfTheTime) {
    step(TcpActivity{1, 1});
    step(HealthReport{{}, HealthReport::Part::more}, 50ms);
    step(HealthReport{{}, HealthReport::Part::last}, 50ms);
    EXPECT_EQ(wake - now, 2s);
}

TEST_F(QuestionTest, ADoubtIsLookedAtAgainSoon) {
    step(TcpActivity{1, 1});
    auto doubt = sample(1, 1, 300ms);
    doubt.token = token;
    doubt.tuple = engine->report(token)->initial;
    step(HealthReport{{doubt}, HealthReport::Part::last}, 1ms);
    EXPECT_EQ(wake - now, 250ms);
    now = wake;
    EXPECT_EQ(step(Tick{}), HealthQuestion::samples);
}

TEST_F(QuestionTest, SamplesOfStrangersChangeNothing) {
    auto stranger = sample(1, 5, 10s);
    stranger.token = Token{0xdead};
    step(HealthReport{{stranger}, HealthReport::Part::last});
    stranger.token = token;
    stranger.tuple = engine->report(token)->initial;
    stranger.tuple.local.port = 4711;
    step(HealthReport{{stranger}, HealthReport::Part::last});
    EXPECT_EQ(stateOfInitial(), SubflowState::up);
}

} // namespace
} // namespace subflowd::test
