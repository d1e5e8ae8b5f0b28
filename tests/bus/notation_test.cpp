// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/in_quotes.hpp"
#include "dbus/notation.hpp"

#include <gtest/gtest.h>

namespace subflowd::dbus {
namespace {

using namespace std::chrono;

WallTime at(year_month_day date, microseconds sinceMidnight) {
    return WallTime{sys_days{date} + sinceMidnight};
}

TEST(UtcText, hasMicrosecondsAndZ) {
    EXPECT_EQ(utcText(at(year{2026} / 1 / 31, 23h + 59min + 59s + 1us)),
              "2026-01-31T23:59:59.000001Z");
    EXPECT_EQ(utcText(at(year{2024} / 2 / 29, 0us)), "2024-02-29T00:00:00.000000Z");
}

TEST(UtcText, cutsNanosecondsOff) {
    EXPECT_EQ(utcText(WallTime{sys_days{year{2026} / 1 / 1} + 999ns}),
              "2026-01-01T00:00:00.000000Z");
}

TEST(TokenText, hasEightDigits) {
    EXPECT_EQ(tokenText(Token{0xff}), "0x000000ff");
    EXPECT_EQ(tokenText(Token{0x1234abcd}), "0x1234abcd");
}

TEST(InQuotes, cutsBetweenCharacters) {
    EXPECT_EQ(inQuotes("eth0"), "'eth0'");
    const std::string letters(127, 'x');
    EXPECT_EQ(inQuotes(letters + "y"), "'" + letters + "y'");
    EXPECT_EQ(inQuotes(letters + "yz"), "'" + letters + "y...'");
    EXPECT_EQ(inQuotes(letters + "\u20ac"), "'" + letters + "...'");
}

TEST(EndpointText, leavesOutPortZero) {
    EXPECT_EQ(endpointText({IpAddress::v4(10, 0, 0, 1), 443}), "10.0.0.1:443");
    EXPECT_EQ(endpointText({IpAddress::v4(10, 0, 0, 1), 0}), "10.0.0.1");
}

} // namespace
} // namespace subflowd::dbus
