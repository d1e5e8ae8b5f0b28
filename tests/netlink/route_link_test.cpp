// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/dump_message_builder.hpp"
#include "netlink/route_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <functional>
#include <string>

namespace subflowd::netlink {
namespace {

using core::NetworkChange;
using core::network::Link;
using core::network::LinkGone;
using test::DumpMessageBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<NetworkChange> decode(const std::vector<std::byte>& message) {
    std::vector<NetworkChange> changes;
    decodeRouteMessages(message, changes);
    return changes;
}

ifinfomsg header(std::uint16_t hardware = ARPHRD_ETHER, unsigned flags = IFF_UP | IFF_LOWER_UP) {
    return {AF_UNSPEC, 0, hardware, 7, flags, 0};
}

DumpMessageBuilder newLink(const ifinfomsg& fixed = header()) {
    DumpMessageBuilder message(RTM_NEWLINK, fixed);
    message.text(IFLA_IFNAME, "wan0");
    return message;
}

LinkKind kindOf(std::uint16_t hardware, const std::string& kind) {
    auto message = newLink(header(hardware));
    if (!kind.empty())
        message.nest(IFLA_LINKINFO | NLA_F_NESTED, [&kind](DumpMessageBuilder& info) {
            info.text(IFLA_INFO_KIND, kind);
            info.text(IFLA_INFO_SLAVE_KIND, "bridge");
        });
    const auto changes = decode(message.build());
    EXPECT_EQ(changes.size(), 1U);
    return changes.empty() ? LinkKind::other : std::get<Link>(changes.front()).kind;
}

TEST(RouteLink, tellsNameAndStateAndMaster) {
    auto message = newLink();
    message.attribute(IFLA_MASTER, std::uint32_t{4});
    EXPECT_THAT(decode(message.build()),
                ElementsAre(NetworkChange(
                    Link{LinkIndex{7}, "wan0", LinkKind::ethernet, true, true, LinkIndex{4}})));
}

TEST(RouteLink, upWithoutCarrierIsLowerUpMissing) {
    const auto changes = decode(newLink(header(ARPHRD_ETHER, IFF_UP | IFF_RUNNING)).build());
    EXPECT_THAT(changes, ElementsAre(NetworkChange(
                             Link{LinkIndex{7}, "wan0", LinkKind::ethernet, true, false, noLink})));
}

TEST(RouteLink, kindIsTheDriversNameFirst) {
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "veth"), LinkKind::veth);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "bond"), LinkKind::bond);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "dummy"), LinkKind::dummy);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "vlan"), LinkKind::vlan);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "macvlan"), LinkKind::macvlan);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "vxlan"), LinkKind::tunnel);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "tun"), LinkKind::tunnel);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "vrf"), LinkKind::vrf);
    EXPECT_EQ(kindOf(ARPHRD_NONE, "wireguard"), LinkKind::wireguard);
    EXPECT_EQ(kindOf(ARPHRD_PPP, "ppp"), LinkKind::ppp);
    EXPECT_EQ(kindOf(ARPHRD_ETHER, "netdevsim"), LinkKind::other);
}

TEST(RouteLink, kindIsTheHardwareIfTheDriverHasNoName) {
    EXPECT_EQ(kindOf(ARPHRD_ETHER, ""), LinkKind::ethernet);
    EXPECT_EQ(kindOf(ARPHRD_LOOPBACK, ""), LinkKind::loopback);
    EXPECT_EQ(kindOf(ARPHRD_PPP, ""), LinkKind::ppp);
    EXPECT_EQ(kindOf(ARPHRD_NONE, ""), LinkKind::tunnel);
    EXPECT_EQ(kindOf(ARPHRD_TUNNEL6, ""), LinkKind::tunnel);
    EXPECT_EQ(kindOf(ARPHRD_INFINIBAND, ""), LinkKind::other);
}

TEST(RouteLink, bridgePortMessagesAreNotLinks) {
    auto port = header();
    port.ifi_family = AF_BRIDGE;
    EXPECT_THAT(decode(newLink(port).build()), IsEmpty());
    EXPECT_THAT(decode(DumpMessageBuilder(RTM_DELLINK, port).build()), IsEmpty());
}

TEST(RouteLink, wirelessEventsAreIgnored) {
    auto message = newLink();
    message.attribute(IFLA_WIRELESS, std::uint64_t{});
    EXPECT_THAT(decode(message.build()), IsEmpty());
}

TEST(RouteLink, withoutIndexOrNameIsMalformed) {
    auto nowhere = header();
    nowhere.ifi_index = 0;
    EXPECT_THAT(decode(newLink(nowhere).build()), IsEmpty());
    EXPECT_THAT(decode(DumpMessageBuilder(RTM_NEWLINK, header()).build()), IsEmpty());
}

TEST(RouteLink, gone) {
    EXPECT_THAT(decode(DumpMessageBuilder(RTM_DELLINK, header()).build()),
                ElementsAre(NetworkChange(LinkGone{LinkIndex{7}})));
}

TEST(RouteLink, truncatedAnywhereReadsNothingElse) {
    auto message = newLink();
    message.attribute(IFLA_MASTER, std::uint32_t{4});
    message.nest(IFLA_LINKINFO,
                 [](DumpMessageBuilder& info) { info.text(IFLA_INFO_KIND, "veth"); });
    test::decodeTruncated(message.build(), [](Bytes bytes) {
        std::vector<NetworkChange> changes;
        decodeRouteMessages(bytes, changes);
        for (const auto& change : changes)
            EXPECT_EQ(std::get<Link>(change).index, LinkIndex{7});
    });
}

TEST(RouteLink, setUpOrDownChangesRoutesSilently) {
    auto fixed = header();
    const auto silently = [&fixed] {
        const auto bytes = DumpMessageBuilder(RTM_NEWLINK, fixed).build();
        return changesRoutesSilently(*Message::first(bytes));
    };
    EXPECT_FALSE(silently());
    fixed.ifi_change = IFF_LOWER_UP;
    EXPECT_FALSE(silently());
    fixed.ifi_change = IFF_UP | IFF_LOWER_UP;
    EXPECT_TRUE(silently());
}

} // namespace
} // namespace subflowd::netlink
