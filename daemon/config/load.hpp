// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/parse.hpp"

#include <filesystem>
#include <span>

namespace subflowd::config {

/// Reads files, later ones over earlier ones. A file that cannot be read, or is larger than 1 MiB,
/// is an error among the diagnostics.
Parsed load(std::span<const std::filesystem::path> files);

} // namespace subflowd::config
