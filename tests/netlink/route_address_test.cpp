// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/dump_message_builder.hpp"
#include "netlink/route_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace subflowd::netlink {
namespace {

using core::NetworkChange;
using core::network::Address;
using core::network::AddressGone;
using test::DumpMessageBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto own = IpAddress::v4(10, 0, 0, 1);

std::vector<NetworkChange> decode(const std::vector<std::byte>& message) {
    std::vector<NetworkChange> changes;
    decodeRouteMessages(message, changes);
    return changes;
}

ifaddrmsg header(std::uint8_t family, std::uint8_t flags = 0) {
    return {family, 24, flags, 0, 7};
}

DumpMessageBuilder newIpv4(std::uint8_t flags = 0) {
    DumpMessageBuilder message(RTM_NEWADDR, header(AF_INET, flags));
    message.bytes(IFA_ADDRESS, {10, 0, 0, 1});
    return message;
}

DumpMessageBuilder newIpv6(std::uint32_t flags) {
    DumpMessageBuilder message(RTM_NEWADDR, header(AF_INET6, static_cast<std::uint8_t>(flags)));
    message.bytes(IFA_ADDRESS, {0xfd, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    message.attribute(IFA_FLAGS, flags);
    return message;
}

Address ipv6With(std::uint32_t flags) {
    const auto changes = decode(newIpv6(flags).build());
    EXPECT_EQ(changes.size(), 1U);
    return changes.empty() ? Address{} : std::get<Address>(changes.front());
}

TEST(RouteAddress, ipv4) {
    EXPECT_THAT(decode(newIpv4().build()),
                ElementsAre(NetworkChange(Address{LinkIndex{7}, own, 24, false, false, false})));
}

TEST(RouteAddress, localSideOfPointToPointLinks) {
    for (const bool localFirst : {true, false}) {
        DumpMessageBuilder message(RTM_NEWADDR, header(AF_INET));
        if (localFirst)
            message.bytes(IFA_LOCAL, {10, 0, 0, 1});
        message.bytes(IFA_ADDRESS, {10, 0, 0, 2});
        if (!localFirst)
            message.bytes(IFA_LOCAL, {10, 0, 0, 1});
        const auto changes = decode(message.build());
        ASSERT_EQ(changes.size(), 1U);
        EXPECT_EQ(std::get<Address>(changes.front()).address, own);
    }
}

TEST(RouteAddress, tentativeUnlessOptimistic) {
    EXPECT_TRUE(ipv6With(IFA_F_TENTATIVE).tentative);
    EXPECT_FALSE(ipv6With(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC).tentative);
    EXPECT_TRUE(ipv6With(IFA_F_OPTIMISTIC | IFA_F_DADFAILED).tentative);
    EXPECT_FALSE(ipv6With(IFA_F_PERMANENT).tentative);
}

TEST(RouteAddress, deprecatedAndTemporary) {
    EXPECT_TRUE(ipv6With(IFA_F_DEPRECATED).deprecated);
    EXPECT_TRUE(ipv6With(IFA_F_TEMPORARY).temporary);
    EXPECT_FALSE(ipv6With(IFA_F_MANAGETEMPADDR).temporary);
}

TEST(RouteAddress, secondaryIpv4IsNotTemporary) {
    static_assert(IFA_F_SECONDARY == IFA_F_TEMPORARY);
    const auto changes = decode(newIpv4(IFA_F_SECONDARY).build());
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_FALSE(std::get<Address>(changes.front()).temporary);
}

TEST(RouteAddress, wideFlagsWinOverNarrowOnes) {
    auto message = newIpv4(IFA_F_DEPRECATED);
    message.attribute(IFA_FLAGS, std::uint32_t{IFA_F_PERMANENT});
    const auto changes = decode(message.build());
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_FALSE(std::get<Address>(changes.front()).deprecated);
}

TEST(RouteAddress, mappedAddressesAreIgnored) {
    DumpMessageBuilder message(RTM_NEWADDR, header(AF_INET6));
    message.bytes(IFA_ADDRESS, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1});
    EXPECT_THAT(decode(message.build()), IsEmpty());
}

TEST(RouteAddress, otherFamiliesAndNoAddressAreIgnored) {
    EXPECT_THAT(decode(DumpMessageBuilder(RTM_NEWADDR, header(AF_INET)).build()), IsEmpty());
    DumpMessageBuilder mctp(RTM_NEWADDR, header(AF_MAX));
    mctp.bytes(IFA_LOCAL, {8, 0, 0, 0});
    EXPECT_THAT(decode(mctp.build()), IsEmpty());
}

TEST(RouteAddress, goneChangesRoutesSilently) {
    DumpMessageBuilder ipv4(RTM_DELADDR, header(AF_INET));
    ipv4.bytes(IFA_LOCAL, {10, 0, 0, 1});
    const auto bytes = ipv4.build();
    EXPECT_THAT(decode(bytes), ElementsAre(NetworkChange(AddressGone{LinkIndex{7}, own})));
    EXPECT_TRUE(changesRoutesSilently(*Message::first(bytes)));

    const auto ipv6 = DumpMessageBuilder(RTM_DELADDR, header(AF_INET6)).build();
    EXPECT_FALSE(changesRoutesSilently(*Message::first(ipv6)));
}

TEST(RouteAddress, truncatedAnywhereReadsNothingElse) {
    test::decodeTruncated(newIpv6(IFA_F_PERMANENT).build(), [](Bytes bytes) {
        std::vector<NetworkChange> changes;
        decodeRouteMessages(bytes, changes);
        for (const auto& change : changes)
            EXPECT_EQ(std::get<Address>(change).address.family(), Family::ipv6);
    });
}

} // namespace
} // namespace subflowd::netlink
