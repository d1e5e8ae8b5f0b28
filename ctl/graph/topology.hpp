// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "model.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// `graph`: which local addresses reach which remote ones, over how many subflows.
namespace subflowd::ctl::graph {

/// A local address; or a link that was not found out, without a name.
struct Local {
    std::string link;
    IpAddress address;

    friend bool operator==(const Local&, const Local&) = default;
};

/// All subflows between two nodes.
struct Edge {
    std::size_t local = 0;  ///< index into Topology::locals
    std::size_t remote = 0; ///< index into Topology::remotes
    std::size_t up = 0;
    std::size_t pending = 0;
    std::size_t troubled = 0; ///< suspect or draining
    std::size_t backup = 0;   ///< of these, those that either side made a backup

    std::size_t subflows() const { return up + pending + troubled; }

    friend bool operator==(const Edge&, const Edge&) = default;
};

struct Topology {
    std::size_t connections = 0;
    std::vector<Local> locals;        ///< by link; usable ones without a subflow, too
    std::vector<std::string> remotes; ///< so that edges cross little
    std::vector<Edge> edges;          ///< by local, then remote

    friend bool operator==(const Topology&, const Topology&) = default;
};

/// Remotes of connections that this host serves stand for all ports of an address. Beyond
/// `mostRemotes` those with the fewest subflows are one node together.
Topology topology(const std::vector<Connection>& connections, const std::vector<Link>& links,
                  std::size_t mostRemotes);

} // namespace subflowd::ctl::graph
