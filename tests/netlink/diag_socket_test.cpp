// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_socket.hpp"
#include "netlink/kernel_pair.hpp"
#include "support/new_namespace.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace subflowd::netlink {
namespace {

using core::SnapshotPart;
using core::snapshot::Begun;
using core::snapshot::Connection;
using core::snapshot::Ended;
using core::snapshot::Listener;
using core::snapshot::Occasion;
using core::snapshot::Subflow;
using testing::Contains;

using subflowd::test::inNewNamespace;
using subflowd::test::receiveUntil;
using subflowd::test::run;
using test::all;
using test::Connected;
using test::connectWithMptcp;
using test::listenWith;
using test::mptcp;
using test::Pair;
using test::port;
using test::takeSnapshot;

constexpr auto here = IpAddress::v4(127, 0, 0, 1);

/// The part whose tuple starts at a local port.
template <typename Part>
std::optional<Part> fromPort(const std::vector<SnapshotPart>& parts, std::uint16_t local,
                             core::FourTuple Part::*tuple) {
    for (const auto& part : all<Part>(parts))
        if ((part.*tuple).local.port == local)
            return part;
    return std::nullopt;
}

TEST(DiagSocketOnKernel, findsBothEndsOfAConnection) {
    inNewNamespace([] {
        const Pair pair;
        DiagSocket socket;
        const auto parts = takeSnapshot(socket);
        const Endpoint clientEnd{here, pair.client.localPort()};
        const Endpoint serverEnd{here, port};
        EXPECT_EQ(parts.front(), SnapshotPart(Begun{Occasion::start}));
        EXPECT_EQ(parts.back(), SnapshotPart(Ended{}));
        EXPECT_THAT(all<Listener>(parts), Contains(Listener{{IpAddress::v6({}), port}}));

        const auto client = fromPort(parts, clientEnd.port, &Connection::initial);
        const auto server = fromPort(parts, port, &Connection::initial);
        ASSERT_TRUE(client && server);
        EXPECT_EQ(client->initial, (core::FourTuple{clientEnd, serverEnd, {}}));
        EXPECT_EQ(server->initial, (core::FourTuple{serverEnd, clientEnd, {}}));
        EXPECT_EQ(client->initial.form, core::AddressForm::plain);
        EXPECT_EQ(server->initial.form, core::AddressForm::mapped);
        EXPECT_NE(client->token, server->token);
        EXPECT_EQ(socket.counters().snapshots, 1U);
    });
}

TEST(DiagSocketOnKernel, findsTheInitialSubflowOfBothEnds) {
    inNewNamespace([] {
        const Pair pair;
        DiagSocket socket;
        const auto parts = takeSnapshot(socket);
        const auto clientPort = pair.client.localPort();
        const auto client = fromPort(parts, clientPort, &Subflow::tuple);
        const auto server = fromPort(parts, port, &Subflow::tuple);
        ASSERT_TRUE(client && server);
        EXPECT_EQ(client->token, fromPort(parts, clientPort, &Connection::initial)->token);
        EXPECT_EQ(server->token, fromPort(parts, port, &Connection::initial)->token);
        EXPECT_TRUE(client->initial && server->initial);
        EXPECT_TRUE(client->openedHere);
        EXPECT_FALSE(server->openedHere);
        EXPECT_TRUE(client->fullyEstablished && server->fullyEstablished);
        EXPECT_EQ(client->state, SubflowState::up);
    });
}

TEST(DiagSocketOnKernel, findsJoinsWithWhoOpenedThem) {
    inNewNamespace([] {
        run("ip mptcp limits set subflow 2 add_addr_accepted 2 && "
            "ip mptcp endpoint add 127.0.0.2 dev lo id 9 subflow backup");
        const Pair pair;
        const auto joined = IpAddress::v4(127, 0, 0, 2);
        DiagSocket socket;
        std::optional<Subflow> opened;
        std::optional<Subflow> accepted;
        const auto look = [&] {
            for (const auto& subflow : all<Subflow>(takeSnapshot(socket))) {
                if (subflow.tuple.local.address == joined && subflow.fullyEstablished)
                    opened = subflow;
                if (subflow.tuple.remote.address == joined && subflow.fullyEstablished)
                    accepted = subflow;
            }
            return opened && accepted;
        };
        receiveUntil(
            {}, [] {}, look);
        ASSERT_TRUE(opened && accepted);
        EXPECT_TRUE(opened->openedHere);
        EXPECT_FALSE(accepted->openedHere);
        EXPECT_FALSE(opened->initial || accepted->initial);
        EXPECT_EQ(opened->localId, AddressId{9});
        EXPECT_EQ(accepted->remoteId, AddressId{9});
        EXPECT_EQ(opened->priority, Priority::backup);
        EXPECT_EQ(accepted->peerPriority, Priority::backup);
        EXPECT_EQ(opened->boundTo, LinkIndex{1});
    });
}

TEST(DiagSocketOnKernel, halfClosedStaysClosedByTheApplicationGoes) {
    inNewNamespace([] {
        Pair pair;
        const auto clientPort = pair.client.localPort();
        DiagSocket socket;
        ASSERT_EQ(::shutdown(pair.client.fd(), SHUT_WR), 0);
        const auto halfClosed = takeSnapshot(socket);
        EXPECT_TRUE(fromPort(halfClosed, clientPort, &Connection::initial));
        EXPECT_TRUE(fromPort(halfClosed, clientPort, &Subflow::tuple));
        EXPECT_TRUE(fromPort(halfClosed, port, &Connection::initial));

        pair.client.close();
        const auto closed = takeSnapshot(socket);
        EXPECT_FALSE(fromPort(closed, clientPort, &Connection::initial))
            << "the server has not closed: the kernel keeps it, but CLOSED was sent";
        EXPECT_TRUE(fromPort(closed, port, &Connection::initial));
    });
}

TEST(DiagSocketOnKernel, fallbackToTcpIsNoConnection) {
    inNewNamespace([] {
        const Pair pair(IPPROTO_TCP);
        DiagSocket socket;
        EXPECT_TRUE(all<Connection>(takeSnapshot(socket)).empty());
    });
}

TEST(DiagSocketOnKernel, startingAgainBeginsAnew) {
    inNewNamespace([] {
        const Pair pair;
        DiagSocket socket;
        std::vector<SnapshotPart> abandoned;
        socket.start(Occasion::start, abandoned);
        EXPECT_EQ(socket.state(), DiagSocket::State::running);
        const auto parts = takeSnapshot(socket, Occasion::eventsLost);
        EXPECT_EQ(parts.front(), SnapshotPart(Begun{Occasion::eventsLost}));
        EXPECT_EQ(all<Begun>(parts).size(), 1U);
        EXPECT_EQ(all<Connection>(parts).size(), 2U);
        EXPECT_EQ(socket.counters(), (DiagSocket::Counters{1, 0, 0}));
    });
}

TEST(DiagSocketOnKernel, manyConnectionsInSeveralDatagrams) {
    inNewNamespace([] {
        constexpr std::size_t count = 300;
        const Connected listener(listenWith(mptcp));
        ASSERT_EQ(::listen(listener.fd(), int{count}), 0);
        std::vector<std::unique_ptr<Connected>> clients;
        for (std::size_t i = 0; i < count; ++i)
            clients.push_back(std::make_unique<Connected>(connectWithMptcp()));
        DiagSocket socket;
        const auto parts = takeSnapshot(socket);
        EXPECT_EQ(all<Connection>(parts).size(), 2 * count);
        EXPECT_EQ(all<Subflow>(parts).size(), 2 * count);
    });
}

} // namespace
} // namespace subflowd::netlink
