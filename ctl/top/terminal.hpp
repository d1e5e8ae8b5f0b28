// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "top/view.hpp"

#include <termios.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace subflowd::ctl::top {

/// A terminal that shows one frame after the other and is as it was before when this ends, also by
/// SIGINT and SIGTERM, which it takes for itself.
class Terminal {
  public:
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    Screen size() const;

    void show(const std::string& frame);

    enum class Answer : std::uint8_t { goOn, leave };

    /// Waits until the time is over, or somebody presses `q` or interrupts.
    Answer wait(std::chrono::milliseconds span);

  private:
    termios before_{};
    bool hasKeys_ = false; ///< standard input is a terminal, too
};

} // namespace subflowd::ctl::top
