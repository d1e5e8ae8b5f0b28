// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/config.hpp"
#include "config/diagnostic.hpp"
#include "config/ini.hpp"

#include <span>
#include <string_view>

namespace subflowd::config {

/// What was read, and everything that is wrong with it. With errors in the diagnostics the
/// configuration is not to be used; it has built-in values where a value was bad.
struct Parsed {
    Config config;
    Diagnostics diagnostics;

    friend bool operator==(const Parsed&, const Parsed&) = default;
};

/// Reads sources, later ones over earlier ones. Pure.
Parsed parse(std::span<const Source> sources);

/// Reads one text; `file` is what diagnostics call it. Pure.
Parsed parse(std::string_view text, std::string_view file);

} // namespace subflowd::config
