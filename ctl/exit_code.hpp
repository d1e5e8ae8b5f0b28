// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace subflowd::ctl {

/// How subflowctl ends. Stable: scripts read it.
enum class ExitCode : int {
    ok = 0,
    failed = 1,
    usage = 2,
    notRunning = 3,    ///< no bus, or no daemon on it
    notAuthorised = 4, ///< the daemon or the bus refused the caller
    nothingMatched = 5,
};

} // namespace subflowd::ctl
