// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "doctor/facts.hpp"
#include "doctor/finding.hpp"

/// The checks of `subflowctl doctor`: each a function of facts. Several findings come from a check
/// that looks at several things; none, if it does not apply.
namespace subflowd::ctl::doctor {

// of the kernel
Findings mptcp(const Facts& facts);
Findings ipv6(const Facts& facts);
Findings userspaceCommands(const Facts& facts);
Findings socketDiagnostics(const Facts& facts);

// of who decides
Findings daemon(const Facts& facts);
Findings configuration(const Facts& facts);
Findings pathManager(const Facts& facts);
Findings otherPathManagers(const Facts& facts);
Findings networkManager(const Facts& facts);
Findings endpoints(const Facts& facts);
Findings limits(const Facts& facts);
Findings olderConnections(const Facts& facts);

// of the network
Findings uplinks(const Facts& facts);
Findings addresses(const Facts& facts);
Findings routes(const Facts& facts);
Findings reversePathFilter(const Facts& facts);

// of settings
Findings closeTimeout(const Facts& facts);
Findings joinInitial(const Facts& facts);

// of what happened so far
Findings applications(const Facts& facts);
Findings blackHole(const Facts& facts);
Findings fallback(const Facts& facts);
Findings joins(const Facts& facts);
Findings announcements(const Facts& facts);
Findings middleboxes(const Facts& facts);

/// All of them, in the order in which they are to be read.
Findings examine(const Facts& facts);

} // namespace subflowd::ctl::doctor
