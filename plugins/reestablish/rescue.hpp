// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/plan.hpp>
#include <subflowd/policy.hpp>

namespace subflowd::reestablish {

/// States what a connection needs that has no subflow: the kernel takes a join until
/// net.mptcp.close_timeout is over (K25), and nobody is told when that is (K13).
void rescue(const ConnectionView& connection, const HostView& host, Plan& plan);

/// Between two attempts on a path while everything that the connection has seems dead for so long:
/// what waits is to be on its way within a second of a path's return, and of that the kernel takes
/// 0.2 s to send again what was lost. A metered link is no exception: nothing else carries.
Duration intervalInDarkness(Duration dark);

/// States when a failed path is tried again while everything that the connection has seems dead
/// since an instant.
void hasten(const ConnectionView& connection, PathId id, Instant since, Plan& plan);

/// Keeps the only subflow of a connection. It may be one that a rescue opened where no other
/// policy wants one: it stays until there is another.
void keepLast(const ConnectionView& connection, Plan& plan);

} // namespace subflowd::reestablish
