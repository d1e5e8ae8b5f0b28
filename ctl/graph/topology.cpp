// SPDX-License-Identifier: BSD-3-Clause
#include "graph/topology.hpp"

#include "dbus/notation.hpp"
#include "prose.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace subflowd::ctl::graph {

namespace {

using LocalKey = std::pair<std::string, IpAddress>;

/// Edges by the names of their ends, before those have a place.
using Edges = std::map<std::pair<LocalKey, Endpoint>, Edge>;

Endpoint remoteOf(const Connection& connection, const Subflow& subflow) {
    if (connection.side == Side::server)
        return {subflow.remote.address, 0};
    return subflow.remote;
}

void count(const Subflow& subflow, Edge& edge) {
    if (subflow.state == SubflowState::up)
        ++edge.up;
    else if (subflow.state == SubflowState::pending)
        ++edge.pending;
    else
        ++edge.troubled;
    if (subflow.priority == Priority::backup || subflow.peerPriority == Priority::backup)
        ++edge.backup;
}

void add(const Edge& more, Edge& edge) {
    edge.up += more.up;
    edge.pending += more.pending;
    edge.troubled += more.troubled;
    edge.backup += more.backup;
}

Edges edgesOf(const std::vector<Connection>& connections) {
    Edges edges;
    for (const auto& connection : connections)
        for (const auto& subflow : connection.subflows)
            count(subflow, edges[{LocalKey{subflow.link, subflow.local.address},
                                  remoteOf(connection, subflow)}]);
    return edges;
}

/// The names of the remotes; several share one if there are too many.
std::map<Endpoint, std::string> nameRemotes(const Edges& edges, std::size_t most) {
    std::map<Endpoint, std::size_t> subflows;
    for (const auto& [ends, edge] : edges)
        subflows[ends.second] += edge.subflows();
    std::vector<std::pair<Endpoint, std::size_t>> bySize{subflows.begin(), subflows.end()};
    std::ranges::stable_sort(bySize, std::greater{}, &std::pair<Endpoint, std::size_t>::second);
    const auto shown = bySize.size() > most ? most - 1 : bySize.size();
    std::map<Endpoint, std::string> names;
    for (std::size_t i = 0; i < bySize.size(); ++i)
        names[bySize[i].first] = i < shown ? dbus::endpointText(bySize[i].first)
                                           : counted(bySize.size() - shown, "other remote");
    return names;
}

std::vector<Local> localsOf(const Edges& edges, const std::vector<Link>& links) {
    std::vector<LocalKey> keys;
    for (const auto& [ends, edge] : edges)
        keys.push_back(ends.first);
    for (const auto& link : links)
        for (const auto& address : link.addresses)
            if (address.usability == "usable" && link.role != "ignore")
                keys.emplace_back(link.name, address.address);
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end()); // clang 14 has no ranges for it
    std::vector<Local> locals;
    locals.reserve(keys.size());
    for (auto& [link, address] : keys)
        locals.push_back({std::move(link), address});
    return locals;
}

/// Remotes in the order of the middle of their edges' other ends.
void untangle(Topology& graph) {
    std::vector<double> middle(graph.remotes.size());
    std::vector<double> weight(graph.remotes.size());
    for (const auto& edge : graph.edges) {
        middle[edge.remote] += static_cast<double>(edge.local);
        weight[edge.remote] += 1;
    }
    std::vector<std::size_t> order(graph.remotes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return middle[i] / weight[i]; });
    std::vector<std::size_t> place(order.size());
    std::vector<std::string> remotes;
    for (std::size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
        remotes.push_back(graph.remotes[order[i]]);
    }
    graph.remotes = std::move(remotes);
    for (auto& edge : graph.edges)
        edge.remote = place[edge.remote];
    std::ranges::sort(graph.edges, {}, [](const Edge& edge) {
        return std::pair{edge.local, edge.remote};
    });
}

} // namespace

Topology topology(const std::vector<Connection>& connections, const std::vector<Link>& links,
                  std::size_t mostRemotes) {
    const auto edges = edgesOf(connections);
    const auto names = nameRemotes(edges, mostRemotes);
    Topology graph{connections.size(), localsOf(edges, links), {}, {}};
    std::map<std::pair<std::size_t, std::size_t>, Edge> placed;
    for (const auto& [ends, edge] : edges) {
        const Local local{ends.first.first, ends.first.second};
        const auto from =
            static_cast<std::size_t>(std::ranges::find(graph.locals, local) - graph.locals.begin());
        const auto& name = names.at(ends.second);
        const auto at = std::ranges::find(graph.remotes, name);
        const auto to = static_cast<std::size_t>(at - graph.remotes.begin());
        if (at == graph.remotes.end())
            graph.remotes.push_back(name);
        add(edge, placed[{from, to}]);
    }
    for (auto& [ends, edge] : placed) {
        edge.local = ends.first;
        edge.remote = ends.second;
        graph.edges.push_back(edge);
    }
    untangle(graph);
    return graph;
}

} // namespace subflowd::ctl::graph
