// SPDX-License-Identifier: BSD-3-Clause
#include "host/network_sysctls.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace subflowd::host {
namespace {

TEST(TcpTimestamps, AreUsedUnlessSwitchedOff) {
    const TemporaryDirectory directory;
    const auto sysctl = directory / "tcp_timestamps";
    EXPECT_TRUE(tcpTimestamps(sysctl)) << "what cannot be read is as it is by default";
    write(sysctl, "0\n");
    EXPECT_FALSE(tcpTimestamps(sysctl));
    write(sysctl, "1\n");
    EXPECT_TRUE(tcpTimestamps(sysctl));
    write(sysctl, "2\n");
    EXPECT_TRUE(tcpTimestamps(sysctl));
}

TEST(CloseTimeout, IsWhatTheKernelSays) {
    using namespace std::chrono_literals;
    const TemporaryDirectory directory;
    const auto sysctl = directory / "close_timeout";
    EXPECT_EQ(closeTimeout(sysctl), std::nullopt);
    write(sysctl, "rubbish\n");
    EXPECT_EQ(closeTimeout(sysctl), std::nullopt);
    write(sysctl, "75\n");
    EXPECT_EQ(closeTimeout(sysctl), 75s);
}

TEST(EphemeralPorts, AreBetweenTwoNumbers) {
    const TemporaryDirectory directory;
    const auto sysctl = directory / "ip_local_port_range";
    EXPECT_EQ(ephemeralPorts(sysctl), std::nullopt);
    write(sysctl, "32768\t60999\n");
    EXPECT_EQ(ephemeralPorts(sysctl), (core::PortRange{32768, 60999}));
    for (const auto* rubbish : {"\n", "1 70000\n", "20 10\n", "1 2 3\n", "a b\n"}) {
        write(sysctl, rubbish);
        EXPECT_EQ(ephemeralPorts(sysctl), std::nullopt) << rubbish;
    }
}

TEST(ReservedPorts, AreAListOfPortsAndRanges) {
    const TemporaryDirectory directory;
    const auto sysctl = directory / "ip_local_reserved_ports";
    const std::vector<core::PortRange> none;
    EXPECT_EQ(reservedPorts(sysctl), none);
    write(sysctl, "\n");
    EXPECT_EQ(reservedPorts(sysctl), none);
    write(sysctl, "8080,9000-9100,,x,40000\n");
    const std::vector<core::PortRange> some{{8080, 8080}, {9000, 9100}, {40000, 40000}};
    EXPECT_EQ(reservedPorts(sysctl), some);
}

} // namespace
} // namespace subflowd::host
