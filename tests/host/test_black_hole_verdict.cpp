// SPDX-License-Identifier: BSD-3-Clause
#include "host/black_hole_verdict.hpp"
#include "host/short_file.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace subflowd::host {
namespace {

using namespace std::chrono_literals;
using Lifted = BlackHoleVerdict::Lifted;

class BlackHoleVerdictTest : public testing::Test {
  protected:
    BlackHoleVerdictTest() {
        judged(0);
        write(sysctl, "3600\n");
        verdict.emplace(sysctl, netstat);
    }

    void judged(int times) {
        write(netstat,
              "MPTcpExt: MPCapableSYNTX Blackhole\nMPTcpExt: 9 " + std::to_string(times) + "\n");
    }

    TemporaryDirectory directory;
    std::filesystem::path sysctl = directory / "blackhole_timeout";
    std::filesystem::path netstat = directory / "netstat";
    std::optional<BlackHoleVerdict> verdict;
    Instant now{1h};
};

TEST_F(BlackHoleVerdictTest, NothingIsWrittenWithoutAVerdict) {
    EXPECT_EQ(verdict->lift(now), Lifted::no);
}

TEST_F(BlackHoleVerdictTest, IsLiftedOnceForEachTimeItWasReached) {
    judged(1);
    EXPECT_EQ(verdict->lift(now), Lifted::yes);
    EXPECT_EQ(readLine(sysctl), "3600");
    EXPECT_EQ(verdict->lift(now + 1h), Lifted::no);
    judged(2);
    EXPECT_EQ(verdict->lift(now + 2h), Lifted::yes);
}

TEST_F(BlackHoleVerdictTest, IsNotLiftedTwiceInAMinute) {
    judged(1);
    EXPECT_EQ(verdict->lift(now), Lifted::yes);
    judged(2);
    EXPECT_EQ(verdict->lift(now + 59s), Lifted::no);
    EXPECT_EQ(verdict->lift(now + 60s), Lifted::yes);
}

TEST_F(BlackHoleVerdictTest, AKernelWithoutTheSettingHasNone) {
    judged(1);
    std::filesystem::remove(sysctl);
    EXPECT_EQ(verdict->lift(now), Lifted::no);
}

} // namespace
} // namespace subflowd::host
