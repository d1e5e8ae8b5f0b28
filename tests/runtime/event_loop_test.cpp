// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>

using namespace subflowd;
using namespace subflowd::runtime;
using namespace std::chrono_literals;

namespace {

class EventLoopTest : public testing::Test {
  protected:
    EventLoop loop;
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int served = 0;
    Instant dozed{};

    EventLoopTest() {
        loop.watch(fd, EventLoop::Turn::kernelEvents, [this] {
            eventfd_t value = 0;
            eventfd_read(fd, &value);
            ++served;
        });
        loop.setDozeCallback([this](Instant when) { dozed = when; });
    }

    ~EventLoopTest() override { close(fd); }
};

TEST_F(EventLoopTest, ServesWhatIsReadyWhileItIsAwake) {
    eventfd_write(fd, 1);
    loop.stayAwake(EventLoop::now() + 1h);
    loop.runOnce(1h);
    EXPECT_EQ(served, 1);
    EXPECT_EQ(dozed, Instant{});
}

TEST_F(EventLoopTest, SleepsWhenItWasAwakeLongEnough) {
    const auto until = EventLoop::now() + 2ms;
    loop.stayAwake(until);
    loop.runOnce(1ms);
    EXPECT_GE(dozed, until);
    dozed = {};
    loop.runOnce(1ms);
    EXPECT_EQ(dozed, Instant{}) << "it says so once";
}

TEST_F(EventLoopTest, SleepsAtOnceWhenItNeedNotStayAwake) {
    loop.stayAwake(EventLoop::now() + 1h);
    loop.stayAwake({});
    loop.runOnce(1ms);
    EXPECT_EQ(dozed, Instant{});
}

} // namespace
