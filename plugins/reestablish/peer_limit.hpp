// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/plan.hpp>
#include <subflowd/time.hpp>

namespace subflowd::reestablish {

/// What a peer showed that takes no more subflows than it has (K8): no other path is to find out
/// the same. Nobody tells what the limit is, only what was too much.
struct PeerLimit {
    Instant until{};  ///< before that, nothing new; then one attempt at a time, on whichever path
    unsigned row = 0; ///< rejections in a row, 0 if none counts
    Instant room = never; ///< since when none counts: another subflow ended, its place is free
};

/// From the paths of a connection that were rejected.
PeerLimit peerLimitOf(const ConnectionView& connection, const Options& options);

/// States the limit for every path.
void state(const PeerLimit& limit, const ConnectionView& connection, Instant now, Plan& plan);

} // namespace subflowd::reestablish
