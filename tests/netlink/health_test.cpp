// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/dump_message_builder.hpp"
#include "netlink/health_socket.hpp"
#include "netlink/kernel_pair.hpp"
#include "netlink/socket_sample.hpp"
#include "support/new_namespace.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

#include <array>
#include <chrono>
#include <cstring>

/// inet_diag as the source of the health of subflows.
namespace subflowd::netlink {
namespace {

using namespace std::chrono_literals;
using core::HealthReport;
using core::HealthSample;
using test::DumpMessageBuilder;
namespace state = uapi::diag::state;

constexpr Token token{0xa218e706};

/// struct tcp_info of the kernel's own header, so that the offsets are checked against it.
tcp_info info() {
    tcp_info made{};
    made.tcpi_backoff = 3;
    made.tcpi_unacked = 17;
    made.tcpi_last_ack_recv = 2500;
    made.tcpi_rtt = 21000;
    made.tcpi_rttvar = 4000;
    made.tcpi_bytes_acked = 5'000'000'000;
    made.tcpi_bytes_received = 7'000;
    made.tcpi_delivery_rate = 1'250'000;
    made.tcpi_pacing_rate = 2'500'000;
    made.tcpi_min_rtt = 19000;
    return made;
}

inet_diag_msg header(std::uint8_t socketState) {
    inet_diag_msg row{};
    row.idiag_family = AF_INET;
    row.idiag_state = socketState;
    row.id.idiag_sport = htons(42826);
    row.id.idiag_dport = htons(5001);
    row.id.idiag_src[0] = htonl(0x0a090101);
    row.id.idiag_dst[0] = htonl(0x0a090102);
    return row;
}

std::vector<std::byte> row(std::uint8_t socketState = state::established,
                           std::size_t infoBytes = sizeof(tcp_info), Token of = token) {
    DumpMessageBuilder made(SOCK_DIAG_BY_FAMILY, header(socketState));
    made.nest(INET_DIAG_INFO, [&](DumpMessageBuilder& content) {
        const auto whole = info();
        for (const auto byte : std::as_bytes(std::span(&whole, 1)).first(infoBytes))
            content.append(byte);
    });
    made.nest(INET_DIAG_ULP_INFO, [&](DumpMessageBuilder& ulp) {
        ulp.nest(INET_ULP_INFO_MPTCP, [&](DumpMessageBuilder& mptcp) {
            mptcp.attribute(2, static_cast<std::uint32_t>(of));
            mptcp.attribute(8, std::uint32_t{0xcc});
        });
    });
    return made.build();
}

std::optional<HealthSample> decode(const std::vector<std::byte>& bytes) {
    return decodeHealth(*Message::first(bytes));
}

TEST(DecodeHealth, ReadsTcpInfo) {
    HealthSample expected;
    expected.token = token;
    expected.tuple = {{IpAddress::v4(10, 9, 1, 1), 42826}, {IpAddress::v4(10, 9, 1, 2), 5001}, {}};
    expected.unacknowledged = 17;
    expected.timeouts = 3;
    expected.silence = 2500ms;
    expected.roundTrip = 21ms;
    expected.variation = 4ms;
    expected.acknowledged = 5'000'000'000;
    expected.received = 7'000;
    expected.deliveryRate = 1'250'000;
    expected.pacingRate = 2'500'000;
    expected.leastRoundTrip = 19ms;
    EXPECT_EQ(decode(row()), expected);
}

TEST(DecodeHealth, WhatARowLacksIsNothing) {
    const auto sample = decode(row(state::established, 28));
    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->unacknowledged, 17U);
    EXPECT_EQ(sample->silence, 0s);
    EXPECT_EQ(sample->acknowledged, 0U);
    EXPECT_EQ(sample->leastRoundTrip, 0s);
    EXPECT_FALSE(core::seemsDead(*sample));
}

TEST(DecodeHealth, IsOfEstablishedSubflowsOnly) {
    EXPECT_EQ(decode(row(state::synSent)), std::nullopt);
    EXPECT_EQ(decode(row(state::established, sizeof(tcp_info), Token{})), std::nullopt);
}

TEST(HealthSocketOnKernel, SamplesBothEndsOfAConnection) {
    subflowd::test::inNewNamespace([] {
        const test::Pair pair;
        HealthSocket socket;
        HealthReport all;
        socket.start();
        const std::array fds{socket.fd()};
        subflowd::test::receiveUntil(
            fds,
            [&] {
                const auto part = socket.receive();
                all.samples.insert(all.samples.end(), part.samples.begin(), part.samples.end());
                all.part = part.part;
            },
            [&] { return all.part == HealthReport::Part::last; });
        ASSERT_EQ(all.samples.size(), 2U);
        for (const auto& sample : all.samples) {
            EXPECT_NE(sample.token, Token{});
            EXPECT_TRUE(core::seemsAlive(sample));
            EXPECT_GT(sample.roundTrip, 0us);
            EXPECT_LT(sample.silence, 10s);
        }
    });
}

TEST(HealthSocketOnKernel, TellsTheEndOfAnEmptyDumpAndIsQuietOtherwise) {
    subflowd::test::inNewNamespace([] {
        HealthSocket socket;
        EXPECT_EQ(socket.receive(), (HealthReport{{}, HealthReport::Part::last}));
        socket.start();
        socket.start(); // the first is abandoned
        HealthReport report;
        const std::array fds{socket.fd()};
        subflowd::test::receiveUntil(
            fds, [&] { report = socket.receive(); },
            [&] { return report.part == HealthReport::Part::last; });
        EXPECT_EQ(report.samples.size(), 0U);
    });
}

} // namespace
} // namespace subflowd::netlink
