// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_uapi.hpp"
#include "netlink/dump_message_builder.hpp"
#include "netlink/socket_sample.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include <array>

namespace subflowd::netlink {
namespace {

using test::DumpMessageBuilder;
using Kind = ConnectionSample::Kind;
namespace state = uapi::diag::state;

constexpr Token token{0xa218e706};
constexpr core::FourTuple tuple{
    {IpAddress::v4(10, 9, 1, 1), 42826}, {IpAddress::v4(10, 9, 1, 2), 5001}, {}};

inet_diag_msg header(std::uint8_t socketState = state::established) {
    inet_diag_msg row{};
    row.idiag_family = AF_INET;
    row.idiag_state = socketState;
    row.id.idiag_sport = htons(tuple.local.port);
    row.id.idiag_dport = htons(tuple.remote.port);
    row.id.idiag_src[0] = htonl(0x0a090101);
    row.id.idiag_dst[0] = htonl(0x0a090102);
    row.id.idiag_if = 7;
    return row;
}

/// struct mptcp_info as Linux 6.18 has it, of which `length` bytes are sent.
std::vector<std::byte> connectionRow(std::uint32_t flags, std::size_t length = 96,
                                     std::uint8_t socketState = state::established) {
    std::array<std::byte, 96> info{};
    const auto put = [&info](std::size_t offset, auto value) {
        std::memcpy(info.data() + offset, &value, sizeof value);
    };
    put(8, flags);
    put(12, static_cast<std::uint32_t>(token));
    put(44, std::uint32_t{3});
    put(48, std::uint64_t{4000});
    put(56, std::uint64_t{50000});
    put(64, std::uint64_t{600000});
    DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, header(socketState));
    row.nest(INET_DIAG_INFO, [&](DumpMessageBuilder& content) {
        for (std::size_t i = 0; i < length; ++i)
            content.append(info[i]);
    });
    return row.build();
}

void nestToken(DumpMessageBuilder& row) {
    row.nest(INET_DIAG_ULP_INFO | NLA_F_NESTED, [](DumpMessageBuilder& ulp) {
        ulp.nest(INET_ULP_INFO_MPTCP | NLA_F_NESTED, [](DumpMessageBuilder& nest) {
            nest.attribute(uapi::diag::subflow_attribute::localToken,
                           static_cast<std::uint32_t>(token));
        });
    });
}

std::vector<std::byte> subflowRow(std::size_t infoLength = sizeof(tcp_info)) {
    tcp_info info{};
    info.tcpi_rtt = 12345;
    info.tcpi_rttvar = 678;
    info.tcpi_snd_cwnd = 10;
    info.tcpi_snd_mss = 1428;
    info.tcpi_unacked = 4;
    info.tcpi_lost = 2;
    info.tcpi_retransmits = 1;
    info.tcpi_total_retrans = 9;
    info.tcpi_bytes_sent = 1000;
    info.tcpi_bytes_acked = 900;
    info.tcpi_bytes_received = 800;
    info.tcpi_bytes_retrans = 100;
    info.tcpi_delivery_rate = 5000;
    DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, header());
    row.nest(INET_DIAG_INFO, [&](DumpMessageBuilder& content) {
        const auto bytes = std::as_bytes(std::span(&info, 1));
        for (std::size_t i = 0; i < infoLength; ++i)
            content.append(bytes[i]);
    });
    nestToken(row);
    return row.build();
}

std::optional<ConnectionSample> connection(const std::vector<std::byte>& row) {
    return decodeConnectionSample(*Message::first(row));
}

std::optional<SubflowSample> subflow(const std::vector<std::byte>& row) {
    return decodeSubflowSample(*Message::first(row));
}

TEST(ConnectionSample, hasTheCountersOfMptcp) {
    const ConnectionSample expected{Kind::multipath, token, tuple, 50000, 600000, 4000, 3};
    EXPECT_EQ(connection(connectionRow(2)), expected);
}

TEST(ConnectionSample, ofAnOldKernelHasNoCounters) {
    const ConnectionSample expected{Kind::multipath, token, tuple, 0, 0, 0, 3};
    EXPECT_EQ(connection(connectionRow(2, 48)), expected);
}

TEST(ConnectionSample, tellsFallbackAndListeningSockets) {
    EXPECT_EQ(connection(connectionRow(3))->kind, Kind::fallback);
    EXPECT_EQ(connection(connectionRow(0, 96, state::listen))->kind, Kind::listening);
}

TEST(ConnectionSample, isNoneWithoutAToken) {
    EXPECT_EQ(connection(connectionRow(2, 8)), std::nullopt);
}

TEST(SubflowSample, withoutTcpInfoSaysNothingOfTheSocket) {
    DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, header());
    nestToken(row);
    const auto sample = subflow(row.build());
    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->token, token);
    EXPECT_EQ(sample->tcp, TcpSample{});
}

TEST(SubflowSample, hasWhatTcpMeasured) {
    using std::chrono::microseconds;
    const SubflowSample expected{
        token,
        tuple,
        LinkIndex{7},
        {microseconds{12345}, microseconds{678}, 10, 1428, 4, 2, 1, 9, 1000, 900, 800, 100, 5000}};
    EXPECT_EQ(subflow(subflowRow()), expected);
}

TEST(SubflowSample, ofAnOldKernelLacksWhatItDoesNotSend) {
    const auto sample = subflow(subflowRow(104)); // the first tcp_info
    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->tcp.rtt.count(), 12345);
    EXPECT_EQ(sample->tcp.retransmissions, 9U);
    EXPECT_EQ(sample->tcp.bytesAcknowledged, 0U);
}

TEST(SubflowSample, isNoneForPlainTcp) {
    DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, header());
    row.attribute(INET_DIAG_INFO, tcp_info{});
    EXPECT_EQ(subflow(row.build()), std::nullopt);
}

TEST(Samples, surviveRowsThatAreCutOff) {
    for (const auto& row : {connectionRow(2), subflowRow()})
        test::decodeTruncated(row, [](Bytes cut) {
            if (const auto message = Message::first(cut)) {
                (void)decodeConnectionSample(*message);
                (void)decodeSubflowSample(*message);
            }
        });
}

} // namespace
} // namespace subflowd::netlink
