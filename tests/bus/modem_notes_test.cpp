// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/modem_notes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace subflowd::dbus {
namespace {

constexpr const char* modemInterface = "org.freedesktop.ModemManager1.Modem";
constexpr const char* interface3gpp = "org.freedesktop.ModemManager1.Modem.Modem3gpp";
constexpr const char* interfaceCdma = "org.freedesktop.ModemManager1.Modem.ModemCdma";

using Ports = std::vector<sdbus::Struct<std::string, std::uint32_t>>;
using Names = std::vector<std::string>;

sdbus::Variant number(std::uint32_t value) {
    return sdbus::Variant{value};
}

Modem registered(std::uint32_t registration) {
    Modem modem;
    take(interface3gpp, {{"RegistrationState", number(registration)}}, modem);
    return modem;
}

core::LinkNote noted(const char* link) {
    core::LinkNote note;
    note.link = link;
    return note;
}

TEST(ModemNotes, KnowAModemByItsNetworkPorts) {
    Modem modem;
    const Ports ports{{"cdc-wdm0", 6U}, {"wwan0", 2U}, {"ttyUSB0", 3U}, {"wwan1", 2U}};
    take(modemInterface, {{"Ports", sdbus::Variant{ports}}}, modem);
    EXPECT_EQ(modem.links, (Names{"wwan0", "wwan1"}));
    take(modemInterface, {{"Ports", number(3)}, {"State", number(8)}}, modem);
    EXPECT_EQ(modem.links, (Names{"wwan0", "wwan1"})) << "that was no list";
    forget(modemInterface, modem);
    EXPECT_EQ(modem, Modem{});
}

TEST(ModemNotes, TellWhatRoams) {
    for (const std::uint32_t away : {5U, 7U, 10U})
        EXPECT_TRUE(roams(registered(away))) << away;
    for (const std::uint32_t other : {0U, 1U, 2U, 3U, 4U, 6U, 8U, 9U, 11U, 99U})
        EXPECT_FALSE(roams(registered(other))) << other;
    Modem cdma;
    take(interfaceCdma, {{"EvdoRegistrationState", number(3)}}, cdma);
    EXPECT_TRUE(roams(cdma));
    take(interfaceCdma, {{"EvdoRegistrationState", number(2)}}, cdma);
    EXPECT_FALSE(roams(cdma));
    take(interfaceCdma, {{"Cdma1xRegistrationState", number(3)}}, cdma);
    EXPECT_TRUE(roams(cdma));
}

TEST(ModemNotes, ForgetWhereAModemWasThatIsSwitchedOff) {
    auto modem = registered(5);
    modem.links = {"wwan0"};
    forget(interface3gpp, modem);
    EXPECT_FALSE(roams(modem));
    EXPECT_EQ(modem.links, Names{"wwan0"});
}

TEST(ModemNotes, AddToWhatIsSaidOfLinks) {
    auto metered = noted("wwan0");
    metered.metered = true;
    auto both = metered;
    both.roaming = true;
    auto alone = noted("wwan1");
    alone.roaming = true;
    const core::LinkNotes before{{noted("eth0"), metered}};
    EXPECT_EQ(withRoaming(before, {"wwan0", "wwan1"}),
              (core::LinkNotes{{noted("eth0"), both, alone}}));
    EXPECT_EQ(withRoaming(before, {}), before);
}

} // namespace
} // namespace subflowd::dbus
