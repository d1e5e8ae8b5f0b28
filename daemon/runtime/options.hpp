// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace subflowd::runtime {

/// What the command line says.
struct Options {
    std::optional<std::filesystem::path> config; ///< instead of the system's files
    std::vector<std::filesystem::path> pluginDirectories;
    std::filesystem::path stateDirectory = "/run/subflowd";
    std::string bus = "system"; ///< system, session, none, or an address

    /// Whether it has the bus to itself, or is one of several there.
    enum class Station : std::uint8_t { alone, instance } station = Station::alone;

    std::optional<core::LogRecord::Level> logLevel; ///< over the configuration's

    enum class Task : std::uint8_t { run, checkConfiguration } task = Task::run;
};

/// Reads the command line. Prints help, the version or an error itself, and ends the process then.
Options readOptions(int argc, char** argv);

} // namespace subflowd::runtime
