// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl::replay {

/// `record FILE`: writes what the daemon's core is told, until it ends or somebody interrupts.
ExitCode record(const Options& options, std::ostream& out);

/// `replay FILE`: shows what a core decides that is told the same.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl::replay
