// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/input.hpp"
#include "core/outcome.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A recording: everything that the core was told, and what it asked of the kernel, as lines of
/// JSON. The same inputs have the same outcome, so that it can be told them again elsewhere.
namespace subflowd::recording {

/// Of the lines; what reads another one refuses it.
inline constexpr int formatVersion = 1;

/// The first line.
struct Header {
    std::string version;           ///< of the daemon
    Instant begun{};               ///< on the clock of the inputs
    std::chrono::nanoseconds at{}; ///< the same moment, since 1970 in UTC

    friend bool operator==(const Header&, const Header&) = default;
};

/// The configuration that is in force from now on, as `config dump` writes it, and the policies
/// that were made beside those of its rules.
struct Configured {
    std::string text;
    std::vector<std::string> alone;

    friend bool operator==(const Configured&, const Configured&) = default;
};

/// What the core asked of the kernel after the input before.
struct Issued {
    std::vector<core::IssuedCommand> commands;

    friend bool operator==(const Issued&, const Issued&) = default;
};

/// So many lines lack here, because they could not be written fast enough. A listing of everything
/// follows.
struct Gap {
    std::uint64_t lines = 0;

    friend bool operator==(const Gap&, const Gap&) = default;
};

/// Any other line.
struct Entry {
    Instant when{};
    std::variant<core::Input, Configured, Issued, Gap> what;
};

std::string headerLine(const Header& header);

/// core::Configured has no line of its own: it is no value. See Configured above.
std::string inputLine(Instant when, const core::Input& input);
std::string eventLine(Instant when, const core::KernelEvent& event);
std::string configuredLine(Instant when, const Configured& configured);
std::string issuedLine(Instant when, const std::vector<core::IssuedCommand>& commands);
std::string gapLine(Instant when, const Gap& gap);

/// Both throw std::runtime_error with half a sentence that says what is wrong with the line.
Header parseHeader(std::string_view line);
Entry parseEntry(std::string_view line);

} // namespace subflowd::recording
