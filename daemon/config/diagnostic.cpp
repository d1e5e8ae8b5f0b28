// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"

#include <algorithm>

namespace subflowd::config {

std::string toString(const Origin& origin) {
    if (origin.file.empty())
        return "built in";
    return origin.line == 0 ? origin.file : origin.file + ':' + std::to_string(origin.line);
}

std::string toString(const Diagnostic& diagnostic) {
    const auto* const severity = diagnostic.severity == Severity::error ? "error" : "warning";
    return toString(diagnostic.origin) + ": " + severity + ": " + diagnostic.text;
}

bool hasErrors(std::span<const Diagnostic> diagnostics) {
    return std::ranges::any_of(diagnostics, [](const Diagnostic& diagnostic) {
        return diagnostic.severity == Severity::error;
    });
}

} // namespace subflowd::config
