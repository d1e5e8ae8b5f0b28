// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/planner.hpp"
#include "core/report.hpp"
#include "core/world.hpp"

#include <vector>

/// What the core shows of itself.
namespace subflowd::core::reporter {

ConnectionReport describe(const World& world, const Connection& connection);

Counters count(const World& world);

/// Asks the connection's policies again and tells what came of it, path by path. A policy is a
/// function of what it is shown, so asking changes nothing.
std::vector<PathReport> explain(World& world, Planner& planner, const Connection& connection);

} // namespace subflowd::core::reporter
