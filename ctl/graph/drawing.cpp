// SPDX-License-Identifier: BSD-3-Clause
#include "graph/drawing.hpp"

#include "prose.hpp"

#include <subflowd/address_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace subflowd::ctl::graph {

namespace {

using Json = nlohmann::ordered_json;

std::string linkText(const Local& local) {
    return local.link.empty() ? "(unknown link)" : local.link;
}

Tone toneOf(const Edge& edge) {
    if (edge.troubled > 0)
        return Tone::bad;
    return edge.pending > 0 ? Tone::waiting : Tone::good;
}

/// A name between quotes, as graphviz reads it.
std::string quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            quoted += '\\';
        quoted += letter;
    }
    return quoted + '"';
}

const char* dotStyle(const Edge& edge) {
    if (edge.troubled > 0)
        return "color=\"#c01c28\"";
    if (edge.up == 0)
        return "color=\"#c64600\", style=dotted";
    return edge.backup == edge.subflows() ? "color=\"#5e5c64\", style=dashed" : "color=\"#26a269\"";
}

} // namespace

std::string edgeText(const Edge& edge) {
    std::vector<std::string> more;
    if (edge.pending > 0)
        more.push_back(std::to_string(edge.pending) + " pending");
    if (edge.troubled > 0)
        more.push_back(std::to_string(edge.troubled) + " suspect or draining");
    if (edge.backup > 0)
        more.push_back(std::to_string(edge.backup) + " backup");
    const auto text = counted(edge.subflows(), "subflow");
    return more.empty() ? text : text + " (" + joined(more, ", ") + ')';
}

std::string drawText(const Topology& graph, Colouring colouring) {
    if (graph.locals.empty())
        return "No link can carry a subflow, and none does.\n";
    Table table;
    std::vector<std::pair<std::size_t, bool>> owners; // of the table's lines; whether the last
    for (std::size_t i = 0; i < graph.edges.size(); ++i) {
        const auto& edge = graph.edges[i];
        const bool last = i + 1 == graph.edges.size() || graph.edges[i + 1].local != edge.local;
        owners.emplace_back(edge.local, last);
        table.add({graph.remotes[edge.remote], {edgeText(edge), toneOf(edge)}});
    }
    const auto lines = table.lines(colouring);
    std::string text;
    for (std::size_t local = 0; local < graph.locals.size(); ++local) {
        text += painted(linkText(graph.locals[local]), Tone::heading, colouring) + ' ' +
                toString(graph.locals[local].address) + '\n';
        for (std::size_t i = 0; i < owners.size(); ++i)
            if (owners[i].first == local)
                text += (owners[i].second ? " `-- " : " |-- ") + lines[i] + '\n';
    }
    return text;
}

std::string drawDot(const Topology& graph) {
    std::string text = "graph subflows {\n"
                       "  rankdir=LR;\n"
                       "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                       "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    for (std::size_t i = 0; i < graph.locals.size(); ++i)
        text += "  l" + std::to_string(i) + " [label=" +
                quoted(linkText(graph.locals[i]) + "  " + toString(graph.locals[i].address)) +
                "];\n";
    for (std::size_t i = 0; i < graph.remotes.size(); ++i)
        text += "  r" + std::to_string(i) + " [label=" + quoted(graph.remotes[i]) + "];\n";
    for (const auto& edge : graph.edges)
        text += "  l" + std::to_string(edge.local) + " -- r" + std::to_string(edge.remote) +
                " [label=" + quoted(edgeText(edge)) + ", " + dotStyle(edge) + "];\n";
    return text + "}\n";
}

std::string drawJson(const Topology& graph) {
    auto locals = Json::array();
    for (const auto& local : graph.locals)
        locals.push_back({{"link", local.link.empty() ? Json{} : Json(local.link)},
                          {"address", toString(local.address)}});
    auto edges = Json::array();
    for (const auto& edge : graph.edges)
        edges.push_back({{"local", edge.local},
                         {"remote", edge.remote},
                         {"subflows", edge.subflows()},
                         {"up", edge.up},
                         {"pending", edge.pending},
                         {"troubled", edge.troubled},
                         {"backup", edge.backup}});
    return Json{{"schema", 1},
                {"connections", graph.connections},
                {"locals", std::move(locals)},
                {"remotes", graph.remotes},
                {"edges", std::move(edges)}}
               .dump(-1, ' ', false, Json::error_handler_t::replace) +
           '\n';
}

} // namespace subflowd::ctl::graph
