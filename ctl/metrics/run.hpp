// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl::metrics {

/// Also without the daemon: that it does not run is a metric.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl::metrics
