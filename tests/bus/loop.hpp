// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <gtest/gtest.h>
#include <systemd/sd-event.h>

#include <chrono>
#include <cstdlib>
#include <string_view>

namespace subflowd::testing {

/// An sd-event loop that a test runs until something is true.
class Loop {
  public:
    Loop() { sd_event_new(&event_); }

    ~Loop() { sd_event_unref(event_); }

    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    sd_event* get() { return event_; }

    /// Fails the test if it does not come true within five seconds, or as many times more as
    /// SUBFLOWD_TEST_TIMEOUT_FACTOR says.
    template <class Condition>
    void runUntil(Condition condition, std::string_view what) {
        const char* factor = std::getenv("SUBFLOWD_TEST_TIMEOUT_FACTOR");
        const auto patience = std::chrono::duration<double>{5 * (factor ? std::atof(factor) : 1)};
        const auto start = std::chrono::steady_clock::now();
        while (!condition()) {
            if (std::chrono::steady_clock::now() - start > patience) {
                ADD_FAILURE() << "waited in vain: " << what;
                return;
            }
            sd_event_run(event_, 10'000);
        }
    }

  private:
    sd_event* event_ = nullptr;
};

} // namespace subflowd::testing
