// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/world.hpp"

namespace subflowd::core {

/// Chooses the connection's rule, the first that matches, and says whether a policy of its chain
/// needs facts that only inet_diag tells.
void chooseRule(World& world, Connection& connection);

} // namespace subflowd::core
