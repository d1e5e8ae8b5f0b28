// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "host/file_descriptor.hpp"

#include <subflowd/time.hpp>

#include <functional>
#include <optional>

namespace subflowd::host {

/// Notices that the host was suspended. The kernel wakes nobody for it but those who wait for a
/// change of the clock, which resuming is; so an idle daemon is not woken for anything else.
class SleepWatch {
  public:
    /// How long the host has slept since it booted: CLOCK_BOOTTIME beyond CLOCK_MONOTONIC.
    static Duration sleptSinceBoot();

    /// Throws std::system_error.
    explicit SleepWatch(std::function<Duration()> slept = sleptSinceBoot);

    /// Readable when the clock was changed, or the host resumed.
    int fd() const { return timer_.number(); }

    /// How long the host slept since the last call; nothing if only the clock was changed. To be
    /// called when fd() is readable.
    std::optional<Duration> take();

  private:
    void arm() const;

    std::function<Duration()> slept_;
    FileDescriptor timer_;
    Duration known_{};
};

} // namespace subflowd::host
