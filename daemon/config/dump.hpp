// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/config.hpp"

#include <string>

namespace subflowd::config {

/// The configuration in force as one file, built-in values included, with the place where each
/// value was given as a comment. Reading it again gives the same values.
std::string dump(const Config& config);

} // namespace subflowd::config
