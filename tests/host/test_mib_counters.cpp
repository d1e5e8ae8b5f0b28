// SPDX-License-Identifier: BSD-3-Clause
#include "host/mib_counters.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

namespace subflowd::host {
namespace {

constexpr std::string_view text = "TcpExt: TCPTimeouts TCPLossProbes\n"
                                  "TcpExt: 12 34\n"
                                  "IpExt: InOctets TCPTimeouts\n"
                                  "IpExt: 5 6\n"
                                  "MPTcpExt: Blackhole MPCapableSYNTXDisabled\n"
                                  "MPTcpExt: 18446744073709551615 7\n";

TEST(MibCounter, IsFoundByGroupAndName) {
    EXPECT_EQ(mibCounter(text, "TcpExt", "TCPTimeouts"), 12U);
    EXPECT_EQ(mibCounter(text, "TcpExt", "TCPLossProbes"), 34U);
    EXPECT_EQ(mibCounter(text, "IpExt", "TCPTimeouts"), 6U);
    EXPECT_EQ(mibCounter(text, "MPTcpExt", "Blackhole"), 18446744073709551615U);
}

TEST(MibCounter, IsNothingIfTheKernelDoesNotHaveIt) {
    EXPECT_EQ(mibCounter(text, "TcpExt", "Blackhole"), std::nullopt);
    EXPECT_EQ(mibCounter(text, "Tcp", "TCPTimeouts"), std::nullopt);
    EXPECT_EQ(mibCounter(text, "TcpEx", "TCPTimeouts"), std::nullopt);
    EXPECT_EQ(mibCounter("", "TcpExt", "TCPTimeouts"), std::nullopt);
}

TEST(MibCounter, OfRubbishIsNothing) {
    EXPECT_EQ(mibCounter("TcpExt: A B\n", "TcpExt", "A"), std::nullopt);
    EXPECT_EQ(mibCounter("TcpExt: A B\nTcpExt: x 2\n", "TcpExt", "A"), std::nullopt);
    EXPECT_EQ(mibCounter("TcpExt: A B\nTcpExt: 1\n", "TcpExt", "B"), std::nullopt);
    EXPECT_EQ(mibCounter("TcpExt: A\nTcpExt: -1\n", "TcpExt", "A"), std::nullopt);
}

TEST(MibCounters, PairNamesWithNumbers) {
    const auto* const netstat = "TcpExt: A B\nTcpExt: 1 2\nMPTcpExt: X Y Z\nMPTcpExt: 3 4 5\n";
    const std::map<std::string, std::uint64_t> expected{{"X", 3}, {"Y", 4}, {"Z", 5}};
    EXPECT_EQ(mibCounters(netstat, "MPTcpExt"), expected);
    EXPECT_TRUE(mibCounters(netstat, "IpExt").empty());
    EXPECT_TRUE(mibCounters("MPTcpExt: X Y\n", "MPTcpExt").empty());
    EXPECT_TRUE(mibCounters("", "MPTcpExt").empty());
}

TEST(MibCounters, AreReadAnewEachTime) {
    const TemporaryDirectory directory;
    const auto file = directory / "netstat";
    write(file, "TcpExt: A\nTcpExt: 1\n");
    MibCounters counters{file};
    EXPECT_EQ(mibCounter(counters.read(), "TcpExt", "A"), 1U);
    write(file, "TcpExt: A\nTcpExt: 2\n");
    EXPECT_EQ(mibCounter(counters.read(), "TcpExt", "A"), 2U);
}

TEST(MibCounters, OfTheKernelHaveWhatTheDaemonLooksAt) {
    MibCounters counters;
    const auto now = counters.read();
    EXPECT_TRUE(mibCounter(now, "TcpExt", "TCPTimeouts").has_value());
    EXPECT_TRUE(mibCounter(now, "TcpExt", "TCPOrigDataSent").has_value());
}

TEST(MibCounters, ThatCannotBeReadAreNone) {
    const TemporaryDirectory directory;
    MibCounters counters{directory / "missing"};
    EXPECT_EQ(counters.read(), "");
}

} // namespace
} // namespace subflowd::host
