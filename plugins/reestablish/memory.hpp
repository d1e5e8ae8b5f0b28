// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/policy.hpp>
#include <subflowd/reason.hpp>

#include <optional>

namespace subflowd::reestablish {

/// What other connections found out about a path.
struct Warning {
    Instant until{};
    Reason reason;
};

/// Remembers what is true for every connection over a link to a remote: no MPTCP there, a
/// middlebox, a prohibition. One connection may be wrong, so only the second one's finding counts,
/// for 5 minutes; one that is found again after that for 15, then for 60.
void remember(const Fact& fact, Store& memory);

/// What there is to know about a path that the connection itself did not try. Nobody hears of
/// successes, so each warning ends, and a little later for some connections than for others: one
/// finds out whether it is still true, and warns the rest again.
std::optional<Warning> recall(const ConnectionView& connection, const PathView& path,
                              const HostView& host);

} // namespace subflowd::reestablish
