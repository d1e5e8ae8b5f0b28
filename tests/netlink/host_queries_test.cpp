// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/host_queries.hpp"
#include "support/new_namespace.hpp"

#include <gtest/gtest.h>
#include <net/if.h>

/// On the kernel of this machine.
namespace subflowd::netlink {
namespace {

using test::inNewNamespace;
using test::run;

LinkIndex index(const char* name) {
    return LinkIndex{::if_nametoindex(name)};
}

TEST(HostQueries, tellTheLinkThatRulesChoose) {
    inNewNamespace([] {
        run("ip link add one type veth peer name two && ip link set one up && ip link set two up");
        run("ip addr add 10.1.1.1/24 dev one");
        run("ip addr add 10.2.2.1/24 dev two");
        const auto first = IpAddress::v4(10, 1, 1, 1);
        const auto second = IpAddress::v4(10, 2, 2, 1);
        const auto far = IpAddress::v4(192, 0, 2, 1);
        EXPECT_EQ(routedLink(first, far), noLink);
        run("ip route add default dev one");
        EXPECT_EQ(routedLink(first, far), index("one"));
        EXPECT_EQ(routedLink(second, far), index("one"));
        run("ip rule add from 10.2.2.1 lookup 100 && ip route add default dev two table 100");
        EXPECT_EQ(routedLink(second, far), index("two"));
    });
}

TEST(SocketSamples, areEmptyInAnEmptyNamespace) {
    inNewNamespace([] {
        const auto samples = sampleSockets();
        EXPECT_TRUE(samples.connections.empty());
        EXPECT_TRUE(samples.subflows.empty());
    });
}

} // namespace
} // namespace subflowd::netlink
