// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "quiet/traffic.hpp"

#include <gtest/gtest.h>

namespace subflowd::ctl::quiet {
namespace {

constexpr Token one{1};
constexpr Token other{2};

const top::LinksByAddress links{{examples::ethernetAddress, "eth0"},
                                {examples::mobileAddress, "wwan0"}};

netlink::SubflowSample subflow(Token token, const IpAddress& local, std::uint64_t acknowledged) {
    netlink::SubflowSample sample;
    sample.token = token;
    sample.tuple = {{local, 40000}, examples::server, {}};
    sample.tcp.bytesAcknowledged = acknowledged;
    return sample;
}

/// A connection with both links, and how much went over the first.
netlink::SocketSamples over(std::uint64_t acknowledged) {
    return {{},
            {subflow(one, examples::ethernetAddress, acknowledged),
             subflow(one, examples::mobileAddress, 70)}};
}

TEST(Quiet, isALinkThatNothingMovesOn) {
    EXPECT_TRUE(isCarrying("eth0", over(100), over(200), links));
    EXPECT_FALSE(isCarrying("eth0", over(200), over(200), links));
    EXPECT_FALSE(isCarrying("wwan0", over(100), over(200), links)) << "it moved on the other";
}

TEST(Quiet, isNotWhatWaitsForAnAcknowledgement) {
    auto now = over(200);
    now.subflows[0].tcp.unacknowledged = 1;
    EXPECT_TRUE(isCarrying("eth0", over(200), now, links));
}

TEST(Quiet, isNotWhatIsReceived) {
    auto now = over(200);
    now.subflows[0].tcp.bytesReceived = 1;
    EXPECT_TRUE(isCarrying("eth0", over(200), now, links));
}

TEST(Quiet, isNotALinkWithASubflowThatIsNew) {
    netlink::SocketSamples before;
    before.subflows = {over(0).subflows[1]};
    EXPECT_TRUE(isCarrying("eth0", before, over(0), links));
}

TEST(Quiet, doesNotDependOnConnectionsThatHaveNothingElse) {
    netlink::SocketSamples before = over(200);
    netlink::SocketSamples now = over(200);
    before.subflows.push_back(subflow(other, examples::ethernetAddress, 1));
    now.subflows.push_back(subflow(other, examples::ethernetAddress, 2));
    EXPECT_FALSE(isCarrying("eth0", before, now, links));
}

} // namespace
} // namespace subflowd::ctl::quiet
