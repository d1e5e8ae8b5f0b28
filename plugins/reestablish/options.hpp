// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/settings.hpp>
#include <subflowd/time.hpp>

#include <chrono>
#include <cstdint>

namespace subflowd::reestablish {

/// What is done for a connection that has no subflow left.
enum class Rescue : std::uint8_t { no, yes };

/// The settings of reestablish, read.
struct Options {
    Duration base = std::chrono::seconds(1);          ///< before the first attempt on a lost path
    Duration cap = std::chrono::seconds(60);          ///< the longest wait for a path that was lost
    Duration probeInterval = std::chrono::seconds(1); ///< between two probes of a suspect path
    unsigned mostHard = 6;                            ///< attempts after failures that seldom pass
    Rescue rescue = Rescue::yes;
};

/// Throws SettingsError.
Options readOptions(const Settings& given);

} // namespace subflowd::reestablish
