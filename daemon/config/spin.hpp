// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <cstdint>

namespace subflowd::config {

/// `Spin=`: whether and how long the daemon stays awake for the end of a handshake.
struct Spin {
    enum class Mode : std::uint8_t { off, automatic, fixed };

    Mode mode = Mode::off;
    Duration longest{}; ///< for one connection, if fixed

    friend bool operator==(const Spin&, const Spin&) = default;
};

} // namespace subflowd::config
