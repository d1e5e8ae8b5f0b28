// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/world.hpp"

#include <cstddef>
#include <span>

namespace subflowd::core {

/// Chooses the connection's rule, the first that matches, and says whether a policy of its chain
/// needs facts that only inet_diag tells.
void chooseRule(World& world, Connection& connection);

/// The policies of a connection, as indexes into Configuration::policies: its rule's, or those that
/// an operator ordered.
std::span<const std::size_t> chainOf(const World& world, const Connection& connection);

/// Whether a policy of the connection's chain needs such facts.
bool policyAsks(const World& world, const Connection& connection, Needs needed);

/// Has inet_diag asked for what no event says, if a policy of the connection or the guard needs it
/// and nobody asked yet. No subflow is added before the answer.
void askFacts(World& world, Connection& connection);

} // namespace subflowd::core
