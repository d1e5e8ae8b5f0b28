// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "options.hpp"

#include <iosfwd>

namespace subflowd::ctl::quiet {

/// `link wait`: returns once no connection that could use another link has anything under way on
/// this one. Fails if that takes longer than the options allow. Asks the bus whether the daemon is
/// there, and the kernel for all else: a daemon that hangs makes it wait no longer.
ExitCode run(const Options& options, std::ostream& out);

} // namespace subflowd::ctl::quiet
