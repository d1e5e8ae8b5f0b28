// SPDX-License-Identifier: BSD-3-Clause
#include "host/tcp_timestamps.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace subflowd::host
