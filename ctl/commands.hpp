// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl {

/// Does what the command line asked for. Throws CommandFailure.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl
