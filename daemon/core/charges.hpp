// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/world.hpp"

/// What joins cost that a peer provokes ([Guard] Joins=, JoinsPerHost=, JoinsPerConnection=).
namespace subflowd::core::charges {

/// Whether the budgets allow one more join of the connection to a remote now. Without any
/// established subflow, its own budget does not count: what matters then is that it survives.
bool canAfford(const World& world, const Connection& connection, RemoteRef remote);

/// When they will, if nothing is given back meanwhile.
Instant next(const World& world, const Connection& connection, RemoteRef remote);

/// How many joins of the connection the daemon asked for and nobody answered yet.
std::size_t pendingJoins(const Connection& connection);

/// The join is going out.
void take(World& world, Connection& connection, Subflow& join);

/// It was established, or the daemon itself thought better of it.
void giveBack(World& world, Connection& connection, Subflow& join);

/// It was established and then closed at once: a peer that does so all day pays for it (T3).
void takeAgain(World& world, Connection& connection, Subflow& join);

} // namespace subflowd::core::charges
