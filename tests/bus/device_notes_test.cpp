// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/device_notes.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace subflowd::dbus {
namespace {

using core::LinkNote;
using core::Reach;

sdbus::Variant number(std::uint32_t value) {
    return sdbus::Variant{value};
}

Settings profile(std::uint32_t flags, const std::string& role) {
    const std::map<std::string, std::string> data{{"subflowd.role", role}};
    return {{"connection", {{"mptcp-flags", number(flags)}}},
            {"user", {{"data", sdbus::Variant{data}}}}};
}

constexpr std::uint32_t activated = 100;

LinkNote noted(Device device, ConnectivityCheck check = ConnectivityCheck::on) {
    device.link = "wlan0";
    return noteOf(device, check);
}

LinkNote plain() {
    LinkNote note;
    note.link = "wlan0";
    return note;
}

TEST(DeviceNotes, TakeWhatIsMentionedAndKeepTheRest) {
    Device device;
    take(wire::Dictionary{{"IpInterface", sdbus::Variant{std::string{"ppp0"}}},
                          {"State", number(100)},
                          {"Metered", number(1)},
                          {"Ip4Connectivity", number(4)},
                          {"Ip6Connectivity", number(2)},
                          {"Driver", sdbus::Variant{std::string{"x"}}}},
         device);
    EXPECT_EQ(device, (Device{"ppp0", 100, 1, 4, 2, {}, {}}));
    take(wire::Dictionary{{"State", number(110)}}, device);
    EXPECT_EQ(device, (Device{"ppp0", 110, 1, 4, 2, {}, {}}));
}

TEST(DeviceNotes, PassOverWhatHasAnotherType) {
    Device device{"eth0", 100, 1, 4, 4, {}, {}};
    const auto before = device;
    take(wire::Dictionary{{"IpInterface", number(3)},
                          {"State", sdbus::Variant{std::string{"up"}}},
                          {"Metered", sdbus::Variant{true}}},
         device);
    EXPECT_EQ(device, before);
    take(Settings{{"connection", {{"mptcp-flags", sdbus::Variant{std::string{"backup"}}}}},
                  {"user", {{"data", number(1)}}}},
         device);
    EXPECT_EQ(device, before);
}

TEST(DeviceNotes, ReadTheRoleThatAProfileGives) {
    Device device;
    take(profile(0, "standby"), device);
    EXPECT_EQ(noted(device).role, Role::standby);
    take(profile(0, "main"), device);
    EXPECT_EQ(noted(device), plain()) << "not a role";
    take(profile(0x1, "primary"), device);
    EXPECT_EQ(noted(device).role, Role::primary);
    EXPECT_EQ(noted(device).flagRole, Role::ignore);
    take(profile(0x62, ""), device);
    EXPECT_EQ(noted(device).flagRole, Role::backup);
    take(Settings{}, device);
    EXPECT_EQ(noted(device), plain()) << "the profile is not in force any more";
}

TEST(DeviceNotes, TakeAGuessForAnAnswer) {
    Device device;
    EXPECT_EQ(noted(device).metered, std::nullopt);
    for (const auto& [value, metered] :
         {std::pair{1U, true}, std::pair{2U, false}, std::pair{3U, true}, std::pair{4U, false}}) {
        device.metered = value;
        EXPECT_EQ(noted(device).metered, metered) << value;
    }
    device.metered = 99;
    EXPECT_EQ(noted(device).metered, std::nullopt);
}

TEST(DeviceNotes, BelieveInConnectivityOnlyWhereSomebodyChecks) {
    Device device;
    device.state = activated;
    device.connectivity4 = 4;
    device.connectivity6 = 2;
    EXPECT_EQ(noted(device).ipv4, Reach::internet);
    EXPECT_EQ(noted(device).ipv6, Reach::local);
    EXPECT_EQ(noted(device, ConnectivityCheck::off), plain());
    device.connectivity6 = 0;
    EXPECT_EQ(noted(device).ipv6, Reach::unknown);
    device.state = activated - 1;
    device.connectivity4 = 1;
    EXPECT_EQ(noted(device), plain()) << "that was the last activation's";
}

TEST(DeviceNotes, ReadInTheProfileWhatIsMeteredBeforeTheDeviceTells) {
    Device device;
    take(Settings{{"connection", {{"metered", sdbus::Variant{std::int32_t{1}}}}}}, device);
    EXPECT_EQ(noted(device).metered, true);
    device.metered = 4;
    EXPECT_EQ(noted(device).metered, true) << "that is a guess";
    take(Settings{{"connection", {{"metered", sdbus::Variant{std::int32_t{0}}}}}}, device);
    EXPECT_EQ(noted(device).metered, false) << "which counts if the profile does not say";
    forgetProfile(device);
    EXPECT_EQ(noted(device), plain());
}

TEST(DeviceNotes, KeepWhatIsMeteredUntilTheAddressesAreGone) {
    Device device;
    take(wire::Dictionary{{"State", number(activated)}, {"Metered", number(3)}}, device);
    take(wire::Dictionary{{"State", number(activated + 10)}}, device);
    take(wire::Dictionary{{"Metered", number(0)}}, device);
    EXPECT_EQ(noted(device).metered, true);
}

TEST(DeviceNotes, NameTheLinkBeforeItHasAddresses) {
    Device device;
    take(wire::Dictionary{{"Interface", sdbus::Variant{std::string{"cdc-wdm0"}}}}, device);
    EXPECT_EQ(noteOf(device, ConnectivityCheck::on).link, "cdc-wdm0");
    take(wire::Dictionary{{"IpInterface", sdbus::Variant{std::string{"wwan0"}}}}, device);
    EXPECT_EQ(noteOf(device, ConnectivityCheck::on).link, "wwan0");
}

TEST(DeviceNotes, TellThatADeviceIsAboutToGo) {
    Device device;
    device.state = 110;
    EXPECT_TRUE(noted(device).leaving);
    device.state = 100;
    EXPECT_FALSE(noted(device).leaving);
}

} // namespace
} // namespace subflowd::dbus
