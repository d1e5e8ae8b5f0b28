// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/dump_message_builder.hpp"
#include "netlink/route_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace subflowd::netlink {
namespace {

using core::NetworkChange;
using core::network::Route;
using core::network::RouteGone;
using core::network::RulesChanged;
using test::DumpMessageBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto gateway = IpAddress::v4(10, 0, 0, 254);
constexpr auto ipv6Zeros = IpAddress::v6({});

std::vector<NetworkChange> decode(const std::vector<std::byte>& message) {
    std::vector<NetworkChange> changes;
    decodeRouteMessages(message, changes);
    return changes;
}

rtmsg header(std::uint8_t family = AF_INET, std::uint8_t destinationLength = 0) {
    return {family, destinationLength, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, 0, RTN_UNICAST, 0};
}

DumpMessageBuilder route(const rtmsg& fixed = header(), std::uint16_t type = RTM_NEWROUTE) {
    DumpMessageBuilder message(type, fixed);
    message.attribute(RTA_OIF, std::uint32_t{7});
    return message;
}

DumpMessageBuilder defaultRoute(const rtmsg& fixed = header(), std::uint16_t type = RTM_NEWROUTE) {
    auto message = route(fixed, type);
    message.bytes(RTA_GATEWAY, {10, 0, 0, 254});
    message.attribute(RTA_PRIORITY, std::uint32_t{100});
    return message;
}

constexpr Route expectedDefault{LinkIndex{7}, Prefix(IpAddress{}, 0), gateway, RT_TABLE_MAIN, 100};

TEST(RouteRoute, defaultRoutesOfBothFamilies) {
    EXPECT_THAT(decode(defaultRoute().build()), ElementsAre(NetworkChange(expectedDefault)));
    EXPECT_THAT(decode(route(header(AF_INET6)).build()),
                ElementsAre(NetworkChange(
                    Route{LinkIndex{7}, Prefix(ipv6Zeros, 0), IpAddress{}, RT_TABLE_MAIN, 0})));
}

TEST(RouteRoute, destination) {
    auto message = route(header(AF_INET, 24));
    message.bytes(RTA_DST, {10, 1, 2, 0});
    EXPECT_THAT(
        decode(message.build()),
        ElementsAre(NetworkChange(Route{LinkIndex{7}, Prefix(IpAddress::v4(10, 1, 2, 0), 24),
                                        IpAddress{}, RT_TABLE_MAIN, 0})));
}

TEST(RouteRoute, wideTableWinsOverNarrowOne) {
    auto message = route();
    message.attribute(RTA_TABLE, std::uint32_t{1000});
    const auto changes = decode(message.build());
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(std::get<Route>(changes.front()).table, 1000U);
}

TEST(RouteRoute, tableLocalIsIgnored) {
    auto fixed = header();
    fixed.rtm_table = RT_TABLE_LOCAL;
    EXPECT_THAT(decode(defaultRoute(fixed).build()), IsEmpty());
    auto wide = defaultRoute();
    wide.attribute(RTA_TABLE, std::uint32_t{RT_TABLE_LOCAL});
    EXPECT_THAT(decode(wide.build()), IsEmpty());
}

TEST(RouteRoute, onlyUnicastThatIsNotCloned) {
    for (const std::uint8_t type : {RTN_LOCAL, RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_MULTICAST}) {
        auto fixed = header();
        fixed.rtm_type = type;
        EXPECT_THAT(decode(defaultRoute(fixed).build()), IsEmpty()) << int{type};
    }
    auto cloned = header();
    cloned.rtm_flags = RTM_F_CLONED;
    EXPECT_THAT(decode(defaultRoute(cloned).build()), IsEmpty());
}

void addHop(DumpMessageBuilder& hops, int link, std::uint8_t flags, std::uint8_t lastByte) {
    hops.record(rtnexthop{0, flags, 0, link}, [lastByte](DumpMessageBuilder& hop) {
        hop.bytes(RTA_GATEWAY, {10, 0, 0, lastByte});
    });
}

DumpMessageBuilder multipath(std::uint16_t type) {
    DumpMessageBuilder message(type, header());
    message.attribute(RTA_PRIORITY, std::uint32_t{100});
    message.nest(RTA_MULTIPATH, [](DumpMessageBuilder& hops) {
        addHop(hops, 7, 0, 254);
        addHop(hops, 8, RTNH_F_DEAD | RTNH_F_LINKDOWN, 253);
        addHop(hops, 9, RTNH_F_LINKDOWN, 252);
    });
    return message;
}

Route hop(std::uint32_t link, std::uint8_t lastByte) {
    auto route = expectedDefault;
    route.link = LinkIndex{link};
    route.gateway = IpAddress::v4(10, 0, 0, lastByte);
    return route;
}

TEST(RouteRoute, oneValuePerNextHopThatIsNotDead) {
    EXPECT_THAT(decode(multipath(RTM_NEWROUTE).build()),
                ElementsAre(NetworkChange(hop(7, 254)), NetworkChange(hop(9, 252))));
}

TEST(RouteRoute, goneWithAllNextHops) {
    EXPECT_THAT(decode(multipath(RTM_DELROUTE).build()),
                ElementsAre(NetworkChange(RouteGone{hop(7, 254)}),
                            NetworkChange(RouteGone{hop(8, 253)}),
                            NetworkChange(RouteGone{hop(9, 252)})));
}

TEST(RouteRoute, deadSingleHopIsNoRoute) {
    auto fixed = header();
    fixed.rtm_flags = RTNH_F_DEAD;
    EXPECT_THAT(decode(defaultRoute(fixed).build()), IsEmpty());
    EXPECT_THAT(decode(defaultRoute(fixed, RTM_DELROUTE).build()),
                ElementsAre(NetworkChange(RouteGone{expectedDefault})));
}

TEST(RouteRoute, nextHopObjectsComeWithTheirLink) {
    auto message = defaultRoute();
    message.attribute(RTA_NH_ID, std::uint32_t{42});
    EXPECT_THAT(decode(message.build()), ElementsAre(NetworkChange(expectedDefault)));
}

TEST(RouteRoute, viaOfTheSameFamilyIsTheGateway) {
    auto message = route();
    message.nest(RTA_VIA, [](DumpMessageBuilder& via) {
        via.append(std::uint16_t{AF_INET});
        via.append(std::array<std::uint8_t, 4>{10, 0, 0, 254});
    });
    const auto changes = decode(message.build());
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(std::get<Route>(changes.front()).gateway, gateway);
}

TEST(RouteRoute, viaOfTheOtherFamilyIsNot) {
    auto message = route();
    message.nest(RTA_VIA, [](DumpMessageBuilder& via) {
        via.append(std::uint16_t{AF_INET6});
        via.append(std::array<std::uint8_t, 16>{0xfe, 0x80});
    });
    const auto changes = decode(message.build());
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(std::get<Route>(changes.front()).gateway, IpAddress{});
}

TEST(RouteRoute, mappedDestinationsAreIgnored) {
    auto message = route(header(AF_INET6, 120));
    message.bytes(RTA_DST, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 0});
    EXPECT_THAT(decode(message.build()), IsEmpty());
}

TEST(RouteRoute, lengthWithoutDestinationIsMalformed) {
    EXPECT_THAT(decode(route(header(AF_INET, 24)).build()), IsEmpty());
}

TEST(RouteRoute, otherFamiliesAndNoLinkAreIgnored) {
    EXPECT_THAT(decode(route(header(AF_MPLS)).build()), IsEmpty());
    EXPECT_THAT(decode(DumpMessageBuilder(RTM_NEWROUTE, header()).build()), IsEmpty());
}

TEST(RouteRoute, rules) {
    for (const std::uint16_t type : {RTM_NEWRULE, RTM_DELRULE})
        EXPECT_THAT(decode(DumpMessageBuilder(type, header()).build()),
                    ElementsAre(NetworkChange(RulesChanged{})));
}

TEST(RouteRoute, replacementLeavesTheOldRouteUnmentioned) {
    const auto replaced = DumpMessageBuilder(RTM_NEWROUTE, header(), NLM_F_REPLACE).build();
    EXPECT_TRUE(changesRoutesSilently(*Message::first(replaced)));
    const auto added = DumpMessageBuilder(RTM_NEWROUTE, header(), NLM_F_CREATE).build();
    EXPECT_FALSE(changesRoutesSilently(*Message::first(added)));
}

TEST(RouteRoute, severalMessagesInOneDatagram) {
    auto datagram = defaultRoute().build();
    const auto second = defaultRoute(header(), RTM_DELROUTE).build();
    datagram.insert(datagram.end(), second.begin(), second.end());
    EXPECT_THAT(decode(datagram), ElementsAre(NetworkChange(expectedDefault),
                                              NetworkChange(RouteGone{expectedDefault})));
}

TEST(RouteRoute, truncatedAnywhereReadsNothingElse) {
    test::decodeTruncated(multipath(RTM_NEWROUTE).build(), [](Bytes bytes) {
        std::vector<NetworkChange> changes;
        decodeRouteMessages(bytes, changes);
        EXPECT_LE(changes.size(), 2U);
    });
}

} // namespace
} // namespace subflowd::netlink
