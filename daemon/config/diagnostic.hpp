// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace subflowd::config {

/// Where in the configuration something is written.
struct Origin {
    std::string file;     ///< empty: nowhere, it is built in
    std::size_t line = 0; ///< from 1; 0: the file as a whole

    friend bool operator==(const Origin&, const Origin&) = default;
};

/// "subflowd.conf:12", "subflowd.conf", or "built in".
std::string toString(const Origin& origin);

enum class Severity : std::uint8_t {
    warning, ///< the configuration can be used
    error,   ///< the configuration must not be used
};

/// Something that is wrong with the configuration.
struct Diagnostic {
    Severity severity = Severity::error;
    Origin origin;
    std::string text; ///< without a full stop

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// "subflowd.conf:12: error: what is wrong", as compilers write it.
std::string toString(const Diagnostic& diagnostic);

/// Whether the configuration must not be used.
bool hasErrors(std::span<const Diagnostic> diagnostics);

} // namespace subflowd::config
