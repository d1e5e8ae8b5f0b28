// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl::report {

/// Also without the daemon: what can be had is there, and what cannot is said.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl::report
