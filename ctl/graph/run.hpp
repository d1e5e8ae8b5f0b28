// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl::graph {

/// Draws the connections, or the one with the token if one is given.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl::graph
