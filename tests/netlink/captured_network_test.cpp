// SPDX-License-Identifier: BSD-3-Clause
// What a running kernel sent about a network of a veth pair, a bridge and a tun device, and about
// three MPTCP connections on it.
#include "netlink/captured.hpp"
#include "netlink/diag_codec.hpp"
#include "netlink/route_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <set>

namespace subflowd::netlink {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::SizeIs;

/// The datagrams of one label, in their order.
std::vector<std::vector<std::byte>> datagrams(std::string_view label) {
    std::vector<std::vector<std::byte>> found;
    for (const auto& record : test::loadCaptured("network_6.18.json"))
        if (record.at("label") == label)
            found.push_back(test::bytesOf(record.at("hex").get<std::string>()));
    EXPECT_FALSE(found.empty()) << "nothing captured is labelled " << label;
    return found;
}

/// Those of many variants that are of one kind.
template <class One, class Variant>
std::vector<One> only(const std::vector<Variant>& all) {
    std::vector<One> found;
    for (const auto& variant : all)
        if (const auto* one = std::get_if<One>(&variant))
            found.push_back(*one);
    return found;
}

template <class Change>
std::vector<Change> changes(std::string_view label) {
    std::vector<core::NetworkChange> all;
    for (const auto& datagram : datagrams(label))
        decodeRouteMessages(datagram, all);
    return only<Change>(all);
}

template <class Part>
std::vector<Part> parts(DiagDump dump, std::string_view label) {
    std::vector<core::SnapshotPart> all;
    for (const auto& datagram : datagrams(label))
        forEachMessage(datagram, [&](const Message& row) { decodeDiagRow(dump, row, all); });
    return only<Part>(all);
}

std::vector<std::string> linkNames(std::string_view label) {
    std::vector<std::string> names;
    for (const auto& link : changes<core::network::Link>(label))
        names.push_back(link.name);
    return names;
}

TEST(CapturedNetwork, links) {
    EXPECT_THAT(linkNames("dump: links"), ElementsAre("lo", "two", "one", "bridge0"));
    EXPECT_THAT(linkNames("ip tuntap add dev tun0 mode tun; ip link set tun0 up"),
                Contains("tun0"));
    EXPECT_THAT(changes<core::network::LinkGone>("ip link del tun0"), SizeIs(1));
}

TEST(CapturedNetwork, routes) {
    const auto added = changes<core::network::Route>("ip route add default via 10.1.1.2 dev one");
    ASSERT_THAT(added, SizeIs(1));
    EXPECT_EQ(added.front().gateway, IpAddress::v4(10, 1, 1, 2));
    EXPECT_EQ(added.front().destination.length(), 0);
    const auto hops = changes<core::network::Route>(
        "ip route add 10.7.0.0/16 nexthop via 10.1.1.2 nexthop via 10.1.1.3");
    ASSERT_THAT(hops, SizeIs(2));
    EXPECT_EQ(hops.back().gateway, IpAddress::v4(10, 1, 1, 3));
    EXPECT_THAT(changes<core::network::Route>("dump: routes"),
                Contains(core::network::Route{
                    LinkIndex{3}, Prefix{IpAddress::v4(10, 1, 1, 0), 24}, {}, RT_TABLE_MAIN, 0}));
}

TEST(CapturedNetwork, connectionsAndTheirSubflows) {
    std::set<Token> known;
    const auto know = [&known](const std::vector<core::snapshot::Connection>& connections) {
        for (const auto& connection : connections)
            known.insert(connection.token);
    };
    know(parts<core::snapshot::Connection>(DiagDump::connectionsIpv4, "connections IPv4"));
    know(parts<core::snapshot::Connection>(DiagDump::connectionsIpv6, "connections IPv6"));
    EXPECT_THAT(known, SizeIs(6)); // both ends are here
    std::set<Token> told;
    for (const auto& [dump, label] : {std::pair{DiagDump::subflowsIpv4, "subflows IPv4"},
                                      {DiagDump::subflowsIpv6, "subflows IPv6"}})
        for (const auto& subflow : parts<core::snapshot::Subflow>(dump, label)) {
            EXPECT_TRUE(subflow.initial);
            told.insert(subflow.token);
        }
    EXPECT_EQ(told, known);
    EXPECT_THAT(parts<core::snapshot::Listener>(DiagDump::connectionsIpv6, "connections IPv6"),
                ElementsAre(core::snapshot::Listener{{IpAddress::v6({}), 5001}}));
}

} // namespace
} // namespace subflowd::netlink
