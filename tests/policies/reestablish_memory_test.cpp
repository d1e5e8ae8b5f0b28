// SPDX-License-Identifier: BSD-3-Clause
#include "policies/situation.hpp"
#include "reestablish.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <map>
#include <optional>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using reestablish::Reestablish;

const Failure noMptcp{Cause::notMultipath, 0, std::nullopt, false};
const Failure middlebox{Cause::resetByPeer, 104, std::uint8_t{6}, false};
const Failure prohibition{Cause::resetByPeer, 104, std::uint8_t{3}, false};

/// What connections find out on wlan0, the second link, and what another one makes of it.
class ReestablishMemory : public testing::Test {
  protected:
    ReestablishMemory() {
        now_.connection.token = Token{77};
        now_.link(1, "eth0");
        now_.link(2, "wlan0");
        now_.address(1, "10.0.0.1");
        now_.address(2, "10.0.1.1");
    }

    void find(std::uint32_t token, const Failure& failure = noMptcp,
              std::string_view local = "10.0.1.1") {
        Fact fact;
        fact.token = Token{token};
        fact.link = LinkIndex{2};
        fact.local = parseAddress(local).value();
        fact.remote = now_.connection.remote;
        fact.origin = origin_;
        fact.failure = failure;
        fact.when = now_.now;
        policy_.learn(fact, now_.memory);
    }

    /// For how long the connection stays off the second link, and why.
    std::optional<Plan::Held> held() {
        const auto plan = now_.ask(policy_);
        EXPECT_LE(plan.holds().size(), 1U);
        return plan.holds().empty() ? std::nullopt : std::optional{plan.holds()[0]};
    }

    Reestablish policy_{{}};
    Situation now_{"10.0.0.1:1000", "10.9.0.1:443"};
    RemoteOrigin origin_ = RemoteOrigin::initial;
};

TEST_F(ReestablishMemory, BelievesTheSecondConnection) {
    find(1);
    EXPECT_FALSE(held()) << "one may be wrong";
    find(1);
    EXPECT_FALSE(held()) << "the same one again";
    find(2);
    const auto hold = held();
    ASSERT_TRUE(hold);
    EXPECT_EQ(hold->path, PathId{1});
    EXPECT_EQ(codeOf(hold->reason), "known-not-multipath");
    EXPECT_EQ(hold->until, Until::time);
    EXPECT_GE(hold->time, now_.now + 5min);
    EXPECT_LE(hold->time, now_.now + 5min + 75s);
}

TEST_F(ReestablishMemory, TellsFindingsApart) {
    for (const auto& [failure, code] :
         {std::pair{middlebox, "known-middlebox"}, std::pair{prohibition, "known-prohibited"}}) {
        now_.memory = {};
        find(1, failure);
        find(2, failure);
        ASSERT_TRUE(held());
        EXPECT_EQ(codeOf(held()->reason), code);
    }
    now_.memory = {};
    find(1, middlebox);
    find(2, prohibition);
    EXPECT_FALSE(held()) << "two that differ are one each";
}

TEST_F(ReestablishMemory, KeepsNothingElse) {
    const auto reset = [](std::uint8_t reason, bool transient) {
        return Failure{Cause::resetByPeer, 104, reason, transient};
    };
    for (const auto& failure :
         {Failure{Cause::refused, 111, std::nullopt, false}, reset(0, false), reset(2, false),
          reset(3, true), Failure{Cause::reset, 104, std::nullopt, false}}) {
        find(1, failure);
        find(2, failure);
    }
    origin_ = RemoteOrigin::observed;
    find(1);
    find(2);
    EXPECT_EQ(now_.memory.size(), 0U);
}

TEST_F(ReestablishMemory, LetsOneConnectionFindOutWhetherItIsStillTrue) {
    find(1);
    find(2);
    std::map<Instant, int> ends;
    for (std::uint32_t token = 100; token < 200; ++token) {
        now_.connection.token = Token{token};
        ++ends[held()->time];
    }
    EXPECT_GT(ends.rbegin()->first - ends.begin()->first, 60s) << "not all at once";
}

TEST_F(ReestablishMemory, WarnsLongerWhenItIsFoundAgain) {
    find(1);
    find(2);
    find(3);
    find(4);
    EXPECT_LE(held()->time, now_.now + 7min) << "what was under way is no further finding";
    now_.now += 7min;
    EXPECT_FALSE(held());
    find(5);
    EXPECT_GE(held()->time, now_.now + 15min);
    now_.now += 19min;
    EXPECT_FALSE(held());
    find(6);
    EXPECT_GE(held()->time, now_.now + 60min);
    now_.now += 76min;
    EXPECT_FALSE(held());
    find(7);
    EXPECT_GE(held()->time, now_.now + 60min);
    EXPECT_LE(held()->time, now_.now + 75min);
}

TEST_F(ReestablishMemory, ForgetsWhatNobodyFindsAgain) {
    find(1);
    find(2);
    now_.now += 11min;
    find(3);
    EXPECT_FALSE(held()) << "the first one, once more";
    now_.now += 61min;
    find(4);
    EXPECT_FALSE(held()) << "too long ago to be the second";
}

TEST_F(ReestablishMemory, IsOfOneNetwork) {
    find(1);
    find(2);
    now_.addresses[1].address = parseAddress("192.168.1.7").value();
    now_.path("10.0.1.1", "10.9.0.1:443").local = parseAddress("192.168.1.7").value();
    EXPECT_FALSE(held()) << "the link is in another one";
    find(3, noMptcp, "192.168.1.7");
    EXPECT_FALSE(held());
    find(4, noMptcp, "192.168.1.7");
    EXPECT_TRUE(held());
}

TEST_F(ReestablishMemory, IsOfOneRemoteAndLink) {
    find(1);
    find(2);
    now_.path("10.0.1.1", "10.9.0.1:443").link = LinkIndex{3};
    EXPECT_FALSE(held());
    now_.path("10.0.1.1", "10.9.0.1:443").link = LinkIndex{2};
    EXPECT_TRUE(held());
    now_.announced("10.9.0.1:8443");
    now_.path("10.0.1.1", "10.9.0.1:443").usability = Usability::noRoute;
    EXPECT_FALSE(held()) << "another port";
}

TEST_F(ReestablishMemory, LeavesWhatTheConnectionTriedItself) {
    find(1);
    find(2);
    now_.subflow("10.0.1.1", "10.9.0.1:443", SubflowState::up);
    EXPECT_FALSE(held());
}

} // namespace
} // namespace subflowd::test
