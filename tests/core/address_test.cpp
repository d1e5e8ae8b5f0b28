// SPDX-License-Identifier: BSD-3-Clause
#include <subflowd/address.hpp>
#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace subflowd {
namespace {

IpAddress address(std::string_view text) {
    const auto parsed = parseAddress(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(IpAddress{});
}

TEST(AddressText, ReadsAndWritesEachFormOnce) {
    for (const std::string text :
         {"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "2001:db8::1",
          "2001:db8:1:2:3:4:5:6", "1:0:0:4::", "2001:0:0:1::1"}) {
        const auto parsed = parseAddress(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(toString(*parsed), text);
    }
    EXPECT_EQ(toString(address("::1:2:3:4:5:6:7")), "0:1:2:3:4:5:6:7") << "one is not shortened";
    EXPECT_EQ(toString(address("1:0:0:4::")), "1:0:0:4::") << "the longest run is shortened";
    EXPECT_EQ(toString(address("2001:0:0:1:0:0:0:1")), "2001:0:0:1::1");
    EXPECT_EQ(toString(address("2001:0:0:1:1:0:0:1")), "2001::1:1:0:0:1") << "the first of equals";
    EXPECT_EQ(toString(address("2001:DB8:0:0:8:800:200C:417A")), "2001:db8::8:800:200c:417a");
}

TEST(AddressText, TakesAMappedAddressForTheOneItMeans) {
    EXPECT_EQ(address("::ffff:10.1.2.3"), IpAddress::v4(10, 1, 2, 3));
    EXPECT_EQ(address("::ffff:0a01:0203"), IpAddress::v4(10, 1, 2, 3));
    EXPECT_EQ(address("64:ff9b::10.1.2.3").family(), Family::ipv6);
    EXPECT_EQ(toString(address("64:ff9b::10.1.2.3")), "64:ff9b::a01:203");
    EXPECT_EQ(address("1:2:3:4:5:6:7.8.9.10"), address("1:2:3:4:5:6:708:90a"));
}

TEST(AddressText, RefusesWhatIsNoAddress) {
    for (const auto* text : {"",
                             "10",
                             "10.0.0",
                             "10.0.0.0.1",
                             "10.0.0.256",
                             "10.0.0.-1",
                             "10.0.0.",
                             ".0.0.1",
                             "10.0.0.1 ",
                             " 10.0.0.1",
                             "10.0.0.0001",
                             "a.b.c.d",
                             ":",
                             ":::",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1::2::3",
                             "1:2:3:4:5:6:7::8",
                             "12345::",
                             "g::",
                             "::1.2.3",
                             "1.2.3.4::",
                             "::1.2.3.4:5",
                             "1:2:3:4:5:6:7:1.2.3.4",
                             "fe80::1%eth0",
                             "::1/64",
                             "1:",
                             ":1",
                             "::1:",
                             "2001:db8::+1"})
        EXPECT_FALSE(parseAddress(text)) << "'" << text << "'";
}

TEST(EndpointText, ReadsAndWrites) {
    EXPECT_EQ(parseEndpoint("10.0.0.1:443"), (Endpoint{IpAddress::v4(10, 0, 0, 1), 443}));
    EXPECT_EQ(parseEndpoint("[2001:db8::1]:0"), (Endpoint{address("2001:db8::1"), 0}));
    EXPECT_EQ(toString(Endpoint{address("2001:db8::1"), 65535}), "[2001:db8::1]:65535");
    EXPECT_EQ(toString(Endpoint{IpAddress::v4(10, 0, 0, 1), 80}), "10.0.0.1:80");
    for (const auto* text : {"", "10.0.0.1", "10.0.0.1:", ":80", "10.0.0.1:65536", "10.0.0.1:-1",
                             "10.0.0.1:80x", "[10.0.0.1]:80", "2001:db8::1:80", "[2001:db8::1]",
                             "[2001:db8::1:80", "2001:db8::1]:80", "[]:80"})
        EXPECT_FALSE(parseEndpoint(text)) << "'" << text << "'";
}

TEST(PrefixText, ReadsAndWrites) {
    EXPECT_EQ(toString(parsePrefix("10.1.2.3/8").value()), "10.0.0.0/8");
    EXPECT_EQ(toString(parsePrefix("2001:db8::1/33").value()), "2001:db8::/33");
    EXPECT_EQ(toString(parsePrefix("10.1.2.3").value()), "10.1.2.3/32");
    EXPECT_EQ(toString(parsePrefix("::1").value()), "::1/128");
    EXPECT_EQ(toString(parsePrefix("0.0.0.0/0").value()), "0.0.0.0/0");
    for (const auto* text :
         {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/x", "10.0.0.0/8/8", "10/8"})
        EXPECT_FALSE(parsePrefix(text)) << "'" << text << "'";
}

TEST(Prefix, ContainsWhatSharesItsBits) {
    const Prefix odd{IpAddress::v4(10, 0, 0, 255), 29};
    EXPECT_EQ(odd.address(), IpAddress::v4(10, 0, 0, 248));
    EXPECT_EQ(odd.length(), 29);
    EXPECT_TRUE(odd.contains(IpAddress::v4(10, 0, 0, 249)));
    EXPECT_FALSE(odd.contains(IpAddress::v4(10, 0, 0, 247)));
    EXPECT_TRUE((Prefix{}.contains(IpAddress::v4(192, 0, 2, 1))));
    EXPECT_FALSE((Prefix{}.contains(address("::1")))) << "families do not mix";
    EXPECT_EQ((Prefix{IpAddress::v4(1, 2, 3, 4), 200}.length()), 32);
    EXPECT_TRUE((Prefix{address("2001:db8::"), 32}.contains(address("2001:db8:ffff::1"))));
    EXPECT_FALSE((Prefix{address("2001:db8::"), 32}.contains(address("2001:db9::1"))));
}

TEST(Scope, IsWhatTheRegistriesSay) {
    const std::pair<const char*, Scope> known[] = {
        {"0.0.0.0", Scope::unspecified},   {"0.1.2.3", Scope::unspecified},
        {"127.0.0.1", Scope::loopback},    {"127.255.0.1", Scope::loopback},
        {"169.254.1.1", Scope::linkLocal}, {"169.253.1.1", Scope::global},
        {"224.0.0.1", Scope::multicast},   {"239.255.255.255", Scope::multicast},
        {"240.0.0.1", Scope::reserved},    {"255.255.255.255", Scope::reserved},
        {"10.255.0.1", Scope::unique},     {"172.16.0.1", Scope::unique},
        {"172.31.0.1", Scope::unique},     {"172.32.0.1", Scope::global},
        {"192.168.1.1", Scope::unique},    {"192.169.1.1", Scope::global},
        {"100.64.0.1", Scope::unique},     {"100.128.0.1", Scope::global},
        {"8.8.8.8", Scope::global},        {"::", Scope::unspecified},
        {"::1", Scope::loopback},          {"::2", Scope::global},
        {"fe80::1", Scope::linkLocal},     {"febf::1", Scope::linkLocal},
        {"fec0::1", Scope::global},        {"ff02::1", Scope::multicast},
        {"fc00::1", Scope::unique},        {"fdff::1", Scope::unique},
        {"2001:db8::1", Scope::global},
    };
    for (const auto& [text, scope] : known)
        EXPECT_EQ(address(text).scope(), scope) << text;
}

TEST(Address, OrdersByFamilyThenBytes) {
    EXPECT_LT(IpAddress::v4(10, 0, 0, 2), IpAddress::v4(10, 0, 1, 0));
    EXPECT_LT(IpAddress::v4(255, 0, 0, 0), address("::1"));
    EXPECT_LT((Endpoint{IpAddress::v4(10, 0, 0, 1), 80}),
              (Endpoint{IpAddress::v4(10, 0, 0, 1), 81}));
}

} // namespace
} // namespace subflowd
