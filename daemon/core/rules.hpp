// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/world.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace subflowd::core {

/// Chooses the connection's rule, the first that matches. Where a rule that may be it needs facts
/// that nobody asked for yet, the connection stays undecided: askFacts() comes next. The path of
/// its control group is known while facts are told.
void chooseRule(const World& world, Connection& connection, std::string_view controlGroup = {});

/// Whether a rule needs facts.
bool rulesAsk(const Configuration& configuration);

/// The policies of a connection, as indexes into Configuration::policies: its rule's, or those that
/// an operator ordered.
std::span<const std::size_t> chainOf(const World& world, const Connection& connection);

/// Whether a policy of the connection's chain needs such facts.
bool policyAsks(const World& world, const Connection& connection, Needs needed);

/// Has inet_diag asked for what no event says, if a rule, a policy of the connection or the guard
/// needs it and nobody asked yet. No subflow is added before the answer.
void askFacts(World& world, Connection& connection);

} // namespace subflowd::core
