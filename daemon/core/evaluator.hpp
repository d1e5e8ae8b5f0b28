// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/planner.hpp"
#include "core/reconciler.hpp"
#include "core/world.hpp"

#include <cstdint>
#include <optional>

namespace subflowd::core {

/// Looks at one connection as a whole: asks its policies and makes it what it should be.
class Evaluator {
  public:
    void evaluate(World& world, Connection& connection);

    /// Looks at one of which something is known for the first time: that it was created, or its
    /// facts. There is nothing to do for a client before it is established, so its policies are
    /// asked as if it were.
    void begin(World& world, Connection& connection);

    /// Looks at one that became established, of which nothing else changed in this step. If it is
    /// the next one after begin(), and soon, what the policies said is there when it counts, and
    /// what is to be done with it is in the processor's caches.
    void established(World& world, Connection& connection);

    /// Puts into the outcome what the next step will begin with, if that is known.
    void promise(World& world) const;

    /// Tells the policies of a connection what happened on one of its paths.
    void tell(World& world, const Connection& connection, const Path& path);

    /// A join of the connection to the peer's initial address showed whether such joins are
    /// allowed; the connections to the same remote that wait for it are marked for the sweep.
    void settle(World& world, Connection& connection, JoinInitial verdict);

    /// The connection finds out no longer: another may.
    void resign(World& world, Connection& connection);

  private:
    /// A judgement of which nothing was used yet. The planner has it.
    struct Foresight {
        Token token{}; ///< none: there is no foresight
        JoinInitial joinInitial{};
        std::uint64_t step = 0; ///< in which it was made
        Instant until{};
        std::optional<command::CreateSubflow> join; ///< the first one that it leads to
        CommandId id{};                             ///< that `join` would have had at once
    };

    void foresee(World& world, Connection& connection);
    void look(World& world, Connection& connection);
    const Judgement& judge(World& world, const Connection& connection);
    void settleWhenConfirmed(World& world, Connection& connection);

    Planner planner_;
    Foresight foresight_;
    Reconciler reconciler_;
};

} // namespace subflowd::core
