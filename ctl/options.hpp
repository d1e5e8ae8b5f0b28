// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "table.hpp"

#include <chrono>
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
    doctor,
    configCheck,
    configDump,
    top,
    graph,
    metrics,
    report,
    record,
    replay,
    completion,
    subflowAdd,
    subflowDel,
    subflowBackup,
    subflowRegular,
    announce,
    withdraw,
    policySet,
    policyReset,
    policyOptions,
    retry,
    release,
    linkSet,
    linkDrain,
    linkUndrain,
    linkWait,
};

enum class Format : std::uint8_t { text, json };

/// How `graph` draws.
enum class Drawing : std::uint8_t { text, dot, svg };

/// How often `top` tells.
enum class Repetition : std::uint8_t { once, untilLeft };

/// Whether `report` shows addresses and names as they are.
enum class Naming : std::uint8_t { plain, anonymous };

/// What the command line asks for.
struct Options {
    Command command = Command::status;
    std::string bus = "system";
    Format format = Format::text;
    Colouring colouring = Colouring::plain;
    std::string token;               ///< of show, explain and graph, as written
    std::vector<std::string> filter; ///< of list and monitor: KEY=VALUE
    std::string file;                ///< of config and replay; empty: the system's files, or the
                                     ///< recorded configuration
    std::string recording;           ///< of record and replay: a file
    std::vector<std::string> pluginDirectories;
    Drawing drawing = Drawing::text;
    Repetition repetition = Repetition::untilLeft;
    std::chrono::milliseconds interval{1000}; ///< of top
    std::chrono::milliseconds patience{1000}; ///< of link wait
    Naming naming = Naming::plain;
    std::string shell; ///< of completion: bash, zsh or fish
    std::string local; ///< of a path: an address, perhaps with a port, or a link
    std::string remote;
    std::string priority = "regular";  ///< of subflow add
    std::string address;               ///< of announce and withdraw
    std::vector<std::string> policies; ///< of policy set and replay
    std::string policy;                ///< of policy options
    std::vector<std::string> settings; ///< of policy options: KEY=VALUE
    std::string link;
    std::string role;
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

/// The completion of subflowctl's commands and options for a shell: bash, zsh or fish.
std::string completionScript(const std::string& shell);

} // namespace subflowd::ctl
