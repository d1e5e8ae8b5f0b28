// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/config.hpp"
#include "config/diagnostic.hpp"

#include <subflowd/plugin.hpp>

#include <span>

namespace subflowd::config {

/// A warning for each setting that its policy does not know. Policies that are not among the
/// descriptors are not judged.
Diagnostics checkSettings(const Config& config,
                          std::span<const PluginDescriptor* const> descriptors);

/// A warning for what has no effect in the mode that is configured.
Diagnostics checkMode(const Config& config);

} // namespace subflowd::config
