// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/handshake_spin.hpp"

#include <gtest/gtest.h>

#include <chrono>

using namespace subflowd;
using namespace subflowd::runtime;
using namespace std::chrono_literals;
using config::Spin;

namespace {

constexpr Spin automatic{Spin::Mode::automatic, {}};
constexpr Spin fixed{Spin::Mode::fixed, 300us};

class HandshakeSpinTest : public testing::Test {
  protected:
    HandshakeSpin spin{automatic, HandshakeSpin::Processors::several};
    Instant now{1h};
    std::uint32_t tokens = 0;

    /// A connection whose handshake takes this long, after a pause. Whether the daemon stayed
    /// awake for it, and how long.
    Duration shakeHands(Duration handshake, Duration pause = 100ms) {
        now += pause;
        const auto begun = now;
        const auto token = static_cast<Token>(++tokens);
        spin.created(now, token);
        const auto until = spin.until();
        if (until > now && until - now < handshake)
            spin.gaveUp(until);
        now += handshake;
        spin.established(now, token);
        EXPECT_EQ(spin.until(), Instant{});
        return until > begun ? std::min(until, now) - begun : Duration{};
    }
};

TEST_F(HandshakeSpinTest, IsOffUnlessAsked) {
    spin = HandshakeSpin{{}, HandshakeSpin::Processors::several};
    EXPECT_FALSE(spin.isOn());
    EXPECT_EQ(shakeHands(10us), 0us);
}

TEST_F(HandshakeSpinTest, StaysAwakeForShortHandshakes) {
    EXPECT_TRUE(spin.isOn());
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(shakeHands(80us), 80us) << i;
}

TEST_F(HandshakeSpinTest, LearnsThatHandshakesAreLong) {
    for (int i = 0; i < 20; ++i)
        shakeHands(20ms);
    EXPECT_EQ(shakeHands(20ms), 0us);
    for (int i = 0; i < 20; ++i)
        shakeHands(80us);
    EXPECT_EQ(shakeHands(80us), 80us) << "and that they are short again";
}

TEST_F(HandshakeSpinTest, LearnsFromConnectionsThatNeverSend) {
    for (int i = 0; i < 20; ++i) {
        now += 100ms;
        spin.created(now, static_cast<Token>(++tokens));
        if (spin.until() > now)
            spin.gaveUp(spin.until());
    }
    EXPECT_EQ(shakeHands(80us), 0us);
}

TEST_F(HandshakeSpinTest, DoesNotCompeteForAProcessor) {
    for (int i = 0; i < 3; ++i) {
        now += 100ms;
        spin.created(now, static_cast<Token>(++tokens));
        ASSERT_GT(spin.until(), now);
        spin.gaveUp(spin.until() + 4ms);
        spin.established(now + 100us, static_cast<Token>(tokens));
    }
    EXPECT_EQ(shakeHands(80us), 0us);
    spin = HandshakeSpin{automatic, HandshakeSpin::Processors::one};
    EXPECT_FALSE(spin.isOn());
}

TEST_F(HandshakeSpinTest, KeepsToItsShareOfTheProcessor) {
    Duration spent{};
    const auto begun = now;
    while (now - begun < 10s)
        spent += shakeHands(400us, 100us);
    EXPECT_GT(spent, 900ms);
    EXPECT_LT(spent, 10s / HandshakeSpin::shareOfTime + HandshakeSpin::mostSaved);
}

TEST_F(HandshakeSpinTest, DoesAsItIsToldWhenFixed) {
    spin = HandshakeSpin{fixed, HandshakeSpin::Processors::one};
    for (int i = 0; i < 50; ++i)
        shakeHands(20ms);
    EXPECT_EQ(shakeHands(20ms), 300us);
    EXPECT_EQ(shakeHands(200us), 200us);
}

TEST_F(HandshakeSpinTest, FollowsTheLastConnectionAlone) {
    spin.created(now, Token{1});
    spin.created(now + 50us, Token{2});
    const auto until = spin.until();
    spin.established(now + 60us, Token{1});
    EXPECT_EQ(spin.until(), until);
    spin.established(now + 70us, Token{2});
    EXPECT_EQ(spin.until(), Instant{});
}

} // namespace
