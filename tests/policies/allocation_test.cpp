// SPDX-License-Identifier: BSD-3-Clause
#include "announce.hpp"
#include "lb_client.hpp"
#include "policies/situation.hpp"
#include "reestablish.hpp"
#include "support/allocations.hpp"

#include <gtest/gtest.h>

namespace subflowd::test {
namespace {

/// How much memory a policy asks for in a call like one before.
std::size_t allocationsOf(Policy& policy, const Situation& situation) {
    std::size_t counted = 0;
    situation.show([&](const ConnectionView& connection, const HostView& host) {
        Plan plan;
        policy.plan(connection, host, plan);
        plan.clear();
        const auto before = allocations();
        policy.plan(connection, host, plan);
        counted = allocations() - before;
    });
    return counted;
}

TEST(PolicyAllocation, IsNotNeededByLbClientOnceItIsWarm) {
    lb_client::LbClient policy{settings({{"AnsweredBy", "eth* wl*"}})};
    Situation now{"10.0.0.1:1000", "10.9.0.1:443"};
    for (std::uint32_t i = 0; i < 8; ++i) {
        now.link(i + 1, "eth0");
        now.address(i + 1, "10.0." + std::to_string(i) + ".1");
        now.announced("10.9.1." + std::to_string(i) + ":443");
    }
    ASSERT_EQ(now.wants(policy).size(), 8U);
    EXPECT_EQ(allocationsOf(policy, now), 0U);
}

TEST(PolicyAllocation, IsNotNeededByAnnounceOnceItIsWarm) {
    announce::Announce policy{settings({{"Addresses", "eth* 10.0.7.1:8443 auto"}})};
    Situation now{"10.0.0.1:443", "10.9.0.1:1000", Side::server};
    for (std::uint32_t i = 0; i < 8; ++i) {
        now.link(i + 1, "eth0");
        now.address(i + 1, "10.0." + std::to_string(i) + ".1");
    }
    ASSERT_EQ(now.announcements(policy).size(), 8U);
    EXPECT_EQ(allocationsOf(policy, now), 0U);
}

TEST(PolicyAllocation, IsNotNeededByReestablishOnceItIsWarm) {
    reestablish::Reestablish policy{{}};
    Situation now{"10.0.0.1:1000", "10.9.0.1:443"};
    for (std::uint32_t i = 0; i < 8; ++i) {
        now.link(i + 1, "eth0");
        now.address(i + 1, "10.0." + std::to_string(i) + ".1");
        now.failed("10.0." + std::to_string(i) + ".1", "10.9.0.1:443");
        now.path("10.0." + std::to_string(i) + ".1", "10.9.0.1:443").lastFailure.cause =
            Cause::reset;
    }
    EXPECT_EQ(now.ask(policy).retries().size(), 8U);
    EXPECT_EQ(allocationsOf(policy, now), 0U);
    now.connection.stranded = now.now;
    EXPECT_EQ(now.wants(policy).size(), 3U);
    EXPECT_EQ(allocationsOf(policy, now), 0U);
}

} // namespace
} // namespace subflowd::test
