// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "top/rates.hpp"
#include "top/view.hpp"

#include <gtest/gtest.h>

namespace subflowd::ctl::top {
namespace {

using std::chrono::microseconds;

constexpr Token first{1};
constexpr Token second{2};

netlink::SubflowSample subflow(Token token, const IpAddress& local, std::uint64_t acknowledged,
                               std::uint64_t received) {
    netlink::SubflowSample sample;
    sample.token = token;
    sample.tuple = {{local, 40000}, examples::server, {}};
    sample.tcp.bytesAcknowledged = acknowledged;
    sample.tcp.bytesReceived = received;
    sample.tcp.rtt = microseconds{2000};
    return sample;
}

netlink::ConnectionSample connection(Token token) {
    netlink::ConnectionSample sample;
    sample.token = token;
    sample.tuple = {{examples::ethernetAddress, 40000}, examples::server, {}};
    return sample;
}

const LinksByAddress links{{examples::ethernetAddress, "eth0"}, {examples::mobileAddress, "wwan0"}};

netlink::SocketSamples before() {
    return {{connection(first), connection(second)},
            {subflow(first, examples::ethernetAddress, 1000, 500),
             subflow(second, examples::ethernetAddress, 9000, 0)}};
}

netlink::SocketSamples after() {
    return {{connection(first), connection(second)},
            {subflow(first, examples::ethernetAddress, 3000, 1500),
             subflow(first, examples::mobileAddress, 500, 0), // new
             subflow(second, examples::ethernetAddress, 9000, 0)}};
}

TEST(TopRates, areGrowthBySecondsForEachLinkAndConnection) {
    const auto frame = compare(before(), after(), microseconds{500'000}, links);
    const Frame expected{
        microseconds{500'000},
        {{"eth0", 2, 2, {4000, 2000}, 0}, {"wwan0", 1, 1, {1000, 0}, 0}},
        {{first, examples::server, {"eth0", "wwan0"}, 2, {5000, 2000}, 0, microseconds{2000}},
         {second, examples::server, {"eth0"}, 1, {0, 0}, 0, microseconds{2000}}}};
    EXPECT_EQ(frame, expected);
}

TEST(TopRates, putTheBusiestFirst) {
    auto now = after();
    now.subflows[2].tcp.bytesReceived = 1'000'000;
    EXPECT_EQ(compare(before(), now, microseconds{500'000}, links).connections.front().token,
              second);
}

TEST(TopRates, takeACounterThatWentBackForAnotherSocket) {
    auto now = after();
    now.subflows[0].tcp.bytesAcknowledged = 10;
    const auto frame = compare(before(), now, microseconds{1'000'000}, links);
    EXPECT_EQ(frame.links.front().flow.out, 10U);
}

TEST(TopRates, countRetransmissions) {
    auto now = after();
    now.subflows[0].tcp.retransmissions = 7;
    const auto frame = compare(before(), now, microseconds{1'000'000}, links);
    EXPECT_EQ(frame.links.front().retransmissions, 7U);
    EXPECT_EQ(frame.connections.front().retransmissions, 7U);
}

TEST(TopText, isTwoTables) {
    const auto frame = compare(before(), after(), microseconds{500'000}, links);
    EXPECT_EQ(frameText(frame, {}, Colouring::plain),
              "2 connections, 3 subflows; in the last 500 ms\n"
              "\n"
              "LINK   SUBFLOWS         OUT         IN  AGAIN\n"
              "eth0          2   32 kbit/s  16 kbit/s      0  ########################\n"
              "wwan0         1  8.0 kbit/s    0 bit/s      0  ####\n"
              "\n"
              "TOKEN             OUT         IN  AGAIN     RTT  LINKS       REMOTE\n"
              "0x00000001  40 kbit/s  16 kbit/s      0  2.0 ms  eth0,wwan0  10.0.2.2:443\n"
              "0x00000002    0 bit/s    0 bit/s      0  2.0 ms  eth0        10.0.2.2:443\n");
}

TEST(TopText, fitsTheScreen) {
    const auto frame = compare(before(), after(), microseconds{500'000}, links);
    const auto text = frameText(frame, {9}, Colouring::plain);
    EXPECT_NE(text.find("... and 1 more\n"), std::string::npos) << text;
    EXPECT_LE(std::ranges::count(text, '\n'), 9);
}

TEST(TopJson, isOneLine) {
    const auto frame = compare(before(), after(), microseconds{500'000}, links);
    EXPECT_EQ(frameJson(frame, dbus::WallTime{}),
              R"({"schema":1,"time":"1970-01-01T00:00:00.000000Z","interval_us":500000,"links":[)"
              R"({"link":"eth0","connections":2,"subflows":2,)"
              R"("bytes_per_second":{"out":4000,"in":2000},"retransmissions":0},)"
              R"({"link":"wwan0","connections":1,"subflows":1,)"
              R"("bytes_per_second":{"out":1000,"in":0},"retransmissions":0}],"connections":[)"
              R"({"token":"0x00000001","remote":"10.0.2.2:443","links":["eth0","wwan0"],)"
              R"("subflows":2,"bytes_per_second":{"out":5000,"in":2000},"retransmissions":0,)"
              R"("rtt_us":2000},)"
              R"({"token":"0x00000002","remote":"10.0.2.2:443","links":["eth0"],"subflows":1,)"
              R"("bytes_per_second":{"out":0,"in":0},"retransmissions":0,"rtt_us":2000}]})"
              "\n");
}

} // namespace
} // namespace subflowd::ctl::top
