// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_codec.hpp"
#include "netlink/diag_uapi.hpp"
#include "netlink/dump_message_builder.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <array>
#include <optional>

namespace subflowd::netlink {
namespace {

using core::SnapshotPart;
using core::snapshot::Connection;
using core::snapshot::Listener;
using core::snapshot::Subflow;
using test::DumpMessageBuilder;
using testing::ElementsAre;
using testing::IsEmpty;
namespace state = uapi::diag::state;

constexpr Endpoint client{IpAddress::v4(10, 9, 1, 1), 42826};
constexpr Endpoint server{IpAddress::v4(10, 9, 1, 2), 5001};
constexpr Token token{0xa218e706};
constexpr std::uint32_t joinedHere = 0xcc;

std::vector<SnapshotPart> connections(const std::vector<std::byte>& row) {
    std::vector<SnapshotPart> parts;
    decodeConnectionRow(*Message::first(row), parts);
    return parts;
}

std::vector<SnapshotPart> subflows(const std::vector<std::byte>& row) {
    std::vector<SnapshotPart> parts;
    decodeSubflowRow(*Message::first(row), parts);
    return parts;
}

inet_diag_msg header(std::uint8_t socketState = state::established) {
    inet_diag_msg row{};
    row.idiag_family = AF_INET;
    row.idiag_state = socketState;
    row.id.idiag_sport = htons(client.port);
    row.id.idiag_dport = htons(server.port);
    row.id.idiag_src[0] = htonl(0x0a090101);
    row.id.idiag_dst[0] = htonl(0x0a090102);
    row.idiag_inode = 3724622;
    return row;
}

/// As an IPv6 socket shows IPv4: ::ffff:a.b.c.d
inet_diag_msg mapped(inet_diag_msg row) {
    row.idiag_family = AF_INET6;
    for (auto* address : {row.id.idiag_src, row.id.idiag_dst}) {
        address[3] = address[0];
        address[2] = htonl(0xffff);
        address[0] = 0;
    }
    return row;
}

/// struct mptcp_info of the first `length` bytes.
std::vector<std::byte> connectionRow(const inet_diag_msg& fixed, std::uint32_t flags = 2,
                                     Token shown = token, std::size_t length = 96) {
    std::array<std::uint32_t, 24> info{};
    info[2] = flags;
    info[3] = static_cast<std::uint32_t>(shown);
    DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, fixed);
    row.attribute(INET_DIAG_SHUTDOWN, std::uint8_t{0});
    row.nest(INET_DIAG_INFO, [&](DumpMessageBuilder& content) {
        for (const auto byte : std::as_bytes(std::span(info)).first(length))
            content.append(byte);
    });
    return row.build();
}

void addSubflowInfo(DumpMessageBuilder& nest, std::uint32_t flags) {
    nest.attribute(1, std::uint32_t{0xad38542e});
    nest.attribute(2, static_cast<std::uint32_t>(token));
    nest.attribute(8, flags);
    nest.attribute(9, std::uint8_t{1});
    nest.attribute(10, std::uint8_t{2});
}

std::vector<std::byte> subflowRow(const inet_diag_msg& fixed, std::uint32_t flags) {
    DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, fixed);
    row.attribute(INET_DIAG_INFO, std::array<std::uint8_t, 248>{});
    row.nest(INET_DIAG_ULP_INFO | NLA_F_NESTED, [flags](DumpMessageBuilder& ulp) {
        ulp.text(INET_ULP_INFO_NAME, "mptcp");
        ulp.nest(INET_ULP_INFO_MPTCP | NLA_F_NESTED,
                 [flags](DumpMessageBuilder& nest) { addSubflowInfo(nest, flags); });
    });
    return row.build();
}

Subflow subflowWith(std::uint32_t flags) {
    const auto parts = subflows(subflowRow(header(), flags));
    EXPECT_EQ(parts.size(), 1U);
    return parts.empty() ? Subflow{} : std::get<Subflow>(parts.front());
}

TEST(DiagConnection, tokenAndInitialTuple) {
    EXPECT_THAT(connections(connectionRow(header())),
                ElementsAre(SnapshotPart(Connection{token, {client, server, {}}, std::nullopt})));
}

TEST(DiagConnection, mappedAddressesAreIpv4AndRememberTheirForm) {
    const auto parts = connections(connectionRow(mapped(header())));
    ASSERT_EQ(parts.size(), 1U);
    const auto& initial = std::get<Connection>(parts.front()).initial;
    EXPECT_EQ(initial.local, client);
    EXPECT_EQ(initial.remote, server);
    EXPECT_EQ(initial.form, core::AddressForm::mapped);
}

TEST(DiagConnection, infoOfAnyLengthThatReachesTheToken) {
    EXPECT_EQ(connections(connectionRow(header(), 2, token, 16)).size(), 1U);
    EXPECT_THAT(connections(connectionRow(header(), 2, token, 15)), IsEmpty());
    EXPECT_THAT(connections(connectionRow(header(), 2, token, 0)), IsEmpty());
}

TEST(DiagConnection, fallenBackOrWithoutTokenIsNone) {
    EXPECT_THAT(connections(connectionRow(header(), 1)), IsEmpty());
    EXPECT_THAT(connections(connectionRow(header(), 3)), IsEmpty());
    EXPECT_THAT(connections(connectionRow(header(), 2, Token{})), IsEmpty());
}

TEST(DiagConnection, halfClosedCountsAsLongAsTheApplicationHoldsIt) {
    for (const auto closing : {state::finWait1, state::finWait2, state::closing, state::lastAck}) {
        auto row = header(closing);
        EXPECT_EQ(connections(connectionRow(row)).size(), 1U) << int{closing};
        row.idiag_inode = 0;
        EXPECT_THAT(connections(connectionRow(row)), IsEmpty()) << int{closing};
    }
}

TEST(DiagConnection, notYetAcceptedCounts) {
    auto row = header();
    row.idiag_inode = 0;
    EXPECT_EQ(connections(connectionRow(row)).size(), 1U);
}

TEST(DiagConnection, closedAndOpeningDoNotCount) {
    constexpr std::uint8_t closed = 7;
    constexpr std::uint8_t timeWait = 6;
    for (const auto other : {closed, timeWait, state::synSent})
        EXPECT_THAT(connections(connectionRow(header(other))), IsEmpty()) << int{other};
}

TEST(DiagConnection, listeners) {
    EXPECT_THAT(connections(connectionRow(header(state::listen), 0, Token{})),
                ElementsAre(SnapshotPart(Listener{client})));
}

TEST(DiagConnection, otherMessagesAndFamiliesAreIgnored) {
    const auto other = DumpMessageBuilder(NLMSG_NOOP, header()).build();
    EXPECT_THAT(connections(other), IsEmpty());
    auto unknown = header();
    unknown.idiag_family = AF_UNIX;
    EXPECT_THAT(connections(connectionRow(unknown)), IsEmpty());
}

TEST(DiagConnection, truncatedAnywhereReadsNothingElse) {
    test::decodeTruncated(connectionRow(header()), [](Bytes bytes) {
        std::vector<SnapshotPart> parts;
        if (const auto message = Message::first(bytes))
            decodeConnectionRow(*message, parts);
        EXPECT_THAT(parts, IsEmpty());
    });
}

TEST(DiagOwner, isOfAConnectionWithAToken) {
    const auto ownerOf = [](inet_diag_msg fixed, Token shown) {
        fixed.idiag_uid = 1000;
        return decodeOwner(*Message::first(connectionRow(fixed, 2, shown)));
    };
    EXPECT_EQ(ownerOf(header(), token), (SocketOwner{token, 1000}));
    EXPECT_EQ(ownerOf(header(state::listen), token), std::nullopt);
    EXPECT_EQ(ownerOf(header(), Token{}), std::nullopt);
}

TEST(DiagOwner, truncatedAnywhereReadsNothingElse) {
    test::decodeTruncated(connectionRow(header()), [](Bytes bytes) {
        const auto message = Message::first(bytes);
        EXPECT_FALSE(message && decodeOwner(*message));
    });
}

TEST(DiagSubflow, everything) {
    auto row = header();
    row.id.idiag_if = 3;
    Subflow expected;
    expected.token = token;
    expected.tuple = {client, server, {}};
    expected.localId = AddressId{2};
    expected.remoteId = AddressId{1};
    expected.openedHere = true;
    expected.fullyEstablished = true;
    expected.boundTo = LinkIndex{3};
    EXPECT_THAT(subflows(subflowRow(row, joinedHere)), ElementsAre(SnapshotPart(expected)));
}

TEST(DiagSubflow, whoOpenedIt) {
    const auto initialOfClient = subflowWith(0xc3);
    EXPECT_TRUE(initialOfClient.initial);
    EXPECT_TRUE(initialOfClient.openedHere);
    const auto initialOfServer = subflowWith(0xc1);
    EXPECT_TRUE(initialOfServer.initial);
    EXPECT_FALSE(initialOfServer.openedHere);
    const auto joined = subflowWith(joinedHere);
    EXPECT_FALSE(joined.initial);
    EXPECT_TRUE(joined.openedHere);
    const auto accepted = subflowWith(0xc4);
    EXPECT_FALSE(accepted.initial);
    EXPECT_FALSE(accepted.openedHere);
}

TEST(DiagSubflow, prioritiesOfBothSides) {
    const auto backupHere = subflowWith(joinedHere | 0x20);
    EXPECT_EQ(backupHere.priority, Priority::backup);
    EXPECT_EQ(backupHere.peerPriority, Priority::regular);
    const auto backupThere = subflowWith(joinedHere | 0x10);
    EXPECT_EQ(backupThere.priority, Priority::regular);
    EXPECT_EQ(backupThere.peerPriority, Priority::backup);
}

TEST(DiagSubflow, pendingWhileTheSynIsUnanswered) {
    const auto parts = subflows(subflowRow(header(state::synSent), 0x8));
    ASSERT_EQ(parts.size(), 1U);
    const auto& pending = std::get<Subflow>(parts.front());
    EXPECT_EQ(pending.state, SubflowState::pending);
    EXPECT_FALSE(pending.fullyEstablished);
    EXPECT_TRUE(pending.openedHere);
}

TEST(DiagSubflow, closedHereDoesNotCountClosedByPeerDoes) {
    for (const auto closing :
         {state::finWait1, state::finWait2, state::closing, state::lastAck, state::listen})
        EXPECT_THAT(subflows(subflowRow(header(closing), joinedHere)), IsEmpty()) << int{closing};
    EXPECT_EQ(subflows(subflowRow(header(state::closeWait), joinedHere)).size(), 1U);
}

TEST(DiagSubflow, tcpSocketsAreIgnored) {
    DumpMessageBuilder plain(SOCK_DIAG_BY_FAMILY, header());
    plain.attribute(INET_DIAG_INFO, std::array<std::uint8_t, 248>{});
    EXPECT_THAT(subflows(plain.build()), IsEmpty());
    plain.nest(INET_DIAG_ULP_INFO,
               [](DumpMessageBuilder& ulp) { ulp.text(INET_ULP_INFO_NAME, "tls"); });
    EXPECT_THAT(subflows(plain.build()), IsEmpty());
}

TEST(DiagSubflow, truncatedAnywhereReadsNothingElse) {
    test::decodeTruncated(subflowRow(header(), joinedHere), [](Bytes bytes) {
        std::vector<SnapshotPart> parts;
        if (const auto message = Message::first(bytes))
            decodeSubflowRow(*message, parts);
        EXPECT_THAT(parts, IsEmpty());
    });
}

TEST(DiagRequest, asksForMptcpWithAnAttributeAndForTcpWithout) {
    const auto mptcp = diagDumpRequest(DiagDump::connectionsIpv6);
    ASSERT_EQ(mptcp.size(), 80U);
    const auto message = Message::first(mptcp);
    ASSERT_TRUE(message);
    const auto request = readAs<inet_diag_req_v2>(message->payload);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->sdiag_family, AF_INET6);
    EXPECT_EQ(request->idiag_ext, 2);
    EXPECT_EQ(readAs<std::uint32_t>(after(mptcp, 76)), 262U);

    const auto tcp = diagDumpRequest(DiagDump::subflowsIpv4);
    EXPECT_EQ(tcp.size(), 72U);
    EXPECT_EQ(readAs<std::uint8_t>(after(tcp, 17)), std::uint8_t{IPPROTO_TCP});
}

} // namespace
} // namespace subflowd::netlink
