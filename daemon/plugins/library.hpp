// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "plugins/trusted_file.hpp"

#include <subflowd/plugin.hpp>

#include <string>
#include <variant>

namespace subflowd::plugins {

/// Why something was refused: a sentence without a full stop that names the file.
struct Refusal {
    std::string text;

    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Loads a plugin that was opened as a trusted file and returns its descriptor, whose head is
/// good, or refuses it. What the file itself shows is checked before any of its code runs.
///
/// A plugin is never unloaded, because reasons point into it; and its file stays open, because
/// the dynamic linker knows it as /proc/self/fd/N, which must never become another file.
std::variant<const PluginDescriptor*, Refusal> loadLibrary(TrustedFile file);

} // namespace subflowd::plugins
