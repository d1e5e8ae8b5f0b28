// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/planner.hpp"
#include "core/reconciler.hpp"
#include "core/world.hpp"

namespace subflowd::core {

/// Looks at one connection as a whole: asks its policies and makes it what it should be.
class Evaluator {
  public:
    void evaluate(World& world, Connection& connection);

    /// Asks the policies of a connection that will be established in a moment, and forgets what
    /// they say: what the answer takes is in the processor's caches then, when it counts.
    void rehearse(World& world, Connection& connection);

    /// Tells the policies of a connection what happened on one of its paths.
    void tell(World& world, const Connection& connection, const Path& path);

    /// A join of the connection to the peer's initial address showed whether such joins are
    /// allowed; the connections to the same remote that wait for it are marked for the sweep.
    void settle(World& world, Connection& connection, JoinInitial verdict);

    /// The connection finds out no longer: another may.
    void resign(World& world, Connection& connection);

  private:
    void settleWhenConfirmed(World& world, Connection& connection);

    Planner planner_;
    Reconciler reconciler_;
};

} // namespace subflowd::core
