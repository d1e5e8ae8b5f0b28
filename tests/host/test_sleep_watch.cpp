// SPDX-License-Identifier: BSD-3-Clause
#include "host/sleep_watch.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <ctime>

namespace subflowd::host {
namespace {

using namespace std::chrono_literals;

bool isReadable(int fd) {
    pollfd waits{fd, POLLIN, 0};
    return ::poll(&waits, 1, 0) == 1;
}

/// Sets the clock to what it is: for those who wait for a change of it, that is one.
bool changeClock() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return ::clock_settime(CLOCK_REALTIME, &now) == 0;
}

TEST(SleepWatch, IsQuietWhileNothingHappens) {
    SleepWatch watch;
    EXPECT_FALSE(isReadable(watch.fd()));
    EXPECT_EQ(watch.take(), std::nullopt);
}

TEST(SleepWatch, TellsASleepFromAChangeOfTheClock) {
    Duration slept = 7s;
    SleepWatch watch{[&slept] { return slept; }};
    if (!changeClock())
        GTEST_SKIP() << "nobody may set the clock here: errno " << errno;
    EXPECT_TRUE(isReadable(watch.fd()));
    EXPECT_EQ(watch.take(), std::nullopt) << "somebody set the clock";
    EXPECT_FALSE(isReadable(watch.fd()));

    slept += 90s;
    ASSERT_TRUE(changeClock());
    EXPECT_EQ(watch.take(), 90s);
    ASSERT_TRUE(changeClock());
    EXPECT_EQ(watch.take(), std::nullopt) << "it was told already";
}

TEST(SleepWatch, ReadingTheClocksIsNoSleep) {
    SleepWatch watch;
    if (!changeClock())
        GTEST_SKIP() << "nobody may set the clock here: errno " << errno;
    EXPECT_EQ(watch.take(), std::nullopt);
}

} // namespace
} // namespace subflowd::host
