// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl::top {

/// Shows what flows until it is left; once, if asked; a line of JSON for each interval, if asked.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl::top
