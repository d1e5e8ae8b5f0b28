// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/plan.hpp>
#include <subflowd/policy.hpp>

namespace subflowd::reestablish {

/// States when the paths whose subflows seem dead are tried again with a fresh subflow, which then
/// takes the old one's place. The kernel itself tries a dead path again when its retransmission
/// timer runs out, which after a minute's outage is a minute later.
void probeSuspects(const ConnectionView& connection, const HostView& host, const Options& options,
                   Plan& plan);

/// Since when every established subflow seems dead; `never` while one is fine, or there is none.
Instant allSuspectSince(const ConnectionView& connection);

} // namespace subflowd::reestablish
