// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "table.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace subflowd::ctl {

enum class Command : std::uint8_t {
    status,
    list,
    show,
    explain,
    links,
    policies,
    monitor,
    reload,
    version,
};

enum class Format : std::uint8_t { text, json };

/// What the command line asks for.
struct Options {
    Command command = Command::status;
    std::string bus = "system";
    Format format = Format::text;
    Colouring colouring = Colouring::plain;
    std::string token;               ///< of show and explain, as written
    std::vector<std::string> filter; ///< of list and monitor: KEY=VALUE
};

/// What colours depend on beside the command line.
struct Terminal {
    bool isTerminal = false; ///< standard output
    bool noColour = false;   ///< NO_COLOR is set and not empty (no-color.org)
};

/// The options, or how subflowctl ends instead: after --help, or a mistake (said on `err`).
struct Parsed {
    std::optional<Options> options;
    ExitCode exitCode = ExitCode::ok;
};

Parsed parseOptions(const std::vector<std::string>& arguments, Terminal terminal, std::ostream& out,
                    std::ostream& err);

} // namespace subflowd::ctl
