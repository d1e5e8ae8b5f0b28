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

} // namespace
} // namespace subflowd::host
