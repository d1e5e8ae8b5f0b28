// SPDX-License-Identifier: BSD-3-Clause
#include "report/anonymiser.hpp"
#include "report/sections.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace subflowd::ctl::report {
namespace {

std::string anonymous(std::string_view text) {
    return Anonymiser{{{"myhost", "host"}, {"enp3s0", "link"}, {"enp3s0.7", "link"}}}(text);
}

TEST(Anonymiser, replacesAddressesByOthersOfTheSameScope) {
    EXPECT_EQ(anonymous("10.77.1.1"), "10.0.1.1");
    EXPECT_EQ(anonymous("8.8.4.4"), "198.18.1.1");
    EXPECT_EQ(anonymous("169.254.7.9"), "169.254.1.1");
    EXPECT_EQ(anonymous("2a00:1450:4001::5"), "2001:db8:0:1::1");
    EXPECT_EQ(anonymous("fd77:1::1"), "fd00:0:0:1::1");
    EXPECT_EQ(anonymous("fe80::dead:beef"), "fe80::1");
}

TEST(Anonymiser, keepsWhatIsEqualEqualAndWhatIsNearNear) {
    EXPECT_EQ(anonymous("10.77.1.1 10.77.1.2 10.77.2.1 10.77.1.1"),
              "10.0.1.1 10.0.1.2 10.0.2.1 10.0.1.1");
    EXPECT_EQ(anonymous("10.77.1.0/24 via 10.77.1.254"), "10.0.1.0/24 via 10.0.1.1");
    EXPECT_EQ(anonymous("fd77:1::1 fd77:1::2"), "fd00:0:0:1::1 fd00:0:0:1::2");
}

TEST(Anonymiser, findsAddressesInTheMiddleOfText) {
    EXPECT_EQ(anonymous("10.77.1.1:40000 -> 10.77.1.2:443"), "10.0.1.1:40000 -> 10.0.1.2:443");
    EXPECT_EQ(anonymous("[fd77:1::1]:443"), "[fd00:0:0:1::1]:443");
    EXPECT_EQ(anonymous("from 10.77.1.1."), "from 10.0.1.1.");
    EXPECT_EQ(anonymous("(10.77.1.1): no"), "(10.0.1.1): no");
    EXPECT_EQ(anonymous("\"remote\":\"10.77.1.1:80\""), "\"remote\":\"10.0.1.1:80\"");
}

TEST(Anonymiser, leavesAloneWhatIsNoAddressOrTellsNothing) {
    for (const char* text : {"127.0.0.1", "::1", "0.0.0.0/0", "::", "::/0", "18:30:22.000001",
                             "2026-01-31T23:59:59.000001Z", "0x1234abcd", "6.18.44", "0.1.0",
                             "dead beef", "add: 12", "subflow", "a.b.c.d", "1.2.3.4.5", ""})
        EXPECT_EQ(anonymous(text), text);
}

TEST(Anonymiser, replacesNamesAsWholeWords) {
    EXPECT_EQ(anonymous("enp3s0 enp3s0.7 enp3s01 xenp3s0"), "link1 link2 enp3s01 xenp3s0");
    EXPECT_EQ(anonymous("net.ipv4.conf.enp3s0.rp_filter"), "net.ipv4.conf.link1.rp_filter");
    EXPECT_EQ(anonymous("Linux myhost 6.18"), "Linux host1 6.18");
    EXPECT_EQ(anonymous("[Link enp3s0]"), "[Link link1]");
}

TEST(Anonymiser, replacesHardwareAddresses) {
    EXPECT_EQ(anonymous("link/ether 02:42:ac:11:00:02 02:42:ac:11:00:03 02:42:ac:11:00:02"),
              "link/ether hardware-address1 hardware-address2 hardware-address1");
}

TEST(Report, saysWhatIsNotAvailable) {
    const auto failed =
        section("status", []() -> std::string { throw std::runtime_error("It is not there."); });
    const auto worked = section("links", [] { return std::string{"eth0"}; });
    EXPECT_EQ(sectionsText({failed, worked}), "==== status ====\n"
                                              "(not available) It is not there.\n"
                                              "\n"
                                              "==== links ====\n"
                                              "eth0\n");
    EXPECT_EQ(sectionsJson({worked}),
              "{\"schema\":1,\"sections\":[{\"title\":\"links\",\"text\":\"eth0\\n\"}]}\n");
}

} // namespace
} // namespace subflowd::ctl::report
