// SPDX-License-Identifier: BSD-3-Clause
#include "host/sleep_watch.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <limits>
#include <system_error>
#include <utility>

namespace subflowd::host {

namespace {

/// Reading two clocks one after the other is no sleep.
constexpr Duration shortest = std::chrono::milliseconds(100);

Duration read(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

Duration SleepWatch::sleptSinceBoot() {
    return read(CLOCK_BOOTTIME) - read(CLOCK_MONOTONIC);
}

SleepWatch::SleepWatch(std::function<Duration()> slept)
    : slept_(std::move(slept)),
      timer_(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
      known_(slept_()) {
    if (!timer_.isOpen())
        throw std::system_error(errno, std::generic_category(),
                                "cannot make a timer that tells when the host resumes");
    arm();
}

/// The timer itself never fires: what ends the wait is that the clock is changed.
void SleepWatch::arm() const {
    itimerspec far{};
    far.it_value.tv_sec = std::numeric_limits<time_t>::max();
    ::timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, nullptr);
}

std::optional<Duration> SleepWatch::take() {
    std::uint64_t fired = 0;
    if (::read(timer_.number(), &fired, sizeof fired) < 0 && errno == EAGAIN)
        return std::nullopt;
    arm();
    const auto slept = slept_();
    const auto since = slept - std::exchange(known_, slept);
    return since >= shortest ? std::optional{since} : std::nullopt;
}

} // namespace subflowd::host
