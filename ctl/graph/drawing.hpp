// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "graph/topology.hpp"
#include "table.hpp"

#include <string>

namespace subflowd::ctl::graph {

/// For people: under each local address the remotes it reaches.
std::string drawText(const Topology& graph, Colouring colouring);

/// For graphviz(7).
std::string drawDot(const Topology& graph);

/// A picture, local addresses on the left and remotes on the right. Needs no fonts but those of the
/// viewer.
std::string drawSvg(const Topology& graph);

/// {"schema":1,"connections":…,"locals":[…],"remotes":[…],"edges":[…]}
std::string drawJson(const Topology& graph);

/// "2 subflows", "3 subflows (1 pending, 2 backup)"
std::string edgeText(const Edge& edge);

} // namespace subflowd::ctl::graph
