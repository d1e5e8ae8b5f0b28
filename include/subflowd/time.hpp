// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>

namespace subflowd {

/// Names CLOCK_MONOTONIC without being able to read it: policies and the daemon's core are told
/// the time, so that the same inputs always give the same outcome.
struct MonotonicClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicClock>;
    static constexpr bool is_steady = true;
};

/// A moment on CLOCK_MONOTONIC.
using Instant = MonotonicClock::time_point;

/// A span of time.
using Duration = MonotonicClock::duration;

/// A moment that never comes.
inline constexpr Instant never = Instant::max();

} // namespace subflowd
