// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <string>

namespace subflowd::host {

/// Tells the service manager how the daemon is (sd_notify(3)). Does nothing if there is none.
class Notifier {
  public:
    /// At least this long between two status lines.
    static constexpr Duration statusInterval = std::chrono::seconds{1};

    /// READY=1: at the start, and when a reload is done.
    void ready();

    /// RELOADING=1, with `now` as MONOTONIC_USEC.
    void reloading(Instant now);

    /// STOPPING=1
    void stopping();

    /// STATUS=: one line for `systemctl status`. Sent at once, or kept until flush() if the last
    /// one was sent less than `statusInterval` ago. A status like the last one is not sent again.
    void status(Instant now, std::string text);

    /// Sends the status that was kept, if it is time.
    void flush(Instant now);

    /// When flush() has something to do; `never` if no status is kept.
    Instant due() const;

  private:
    std::string shown_;
    std::string kept_;
    Instant next_{};
};

} // namespace subflowd::host
