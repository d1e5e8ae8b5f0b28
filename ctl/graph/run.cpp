// SPDX-License-Identifier: BSD-3-Clause
#include "graph/run.hpp"

#include "graph/drawing.hpp"
#include "looks.hpp"

#include <ostream>

namespace subflowd::ctl::graph {

namespace {

/// What fits a picture, and what text can have.
constexpr std::size_t mostDrawn = 24;
constexpr std::size_t mostWritten = 1000;

std::vector<Connection> wanted(const Options& options) {
    if (options.token.empty())
        return seenConnections(options.bus, {});
    return {seenConnection(options.bus, parseToken(options.token))};
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    const bool picture = options.drawing != Drawing::text;
    const auto graph =
        topology(wanted(options), seenLinks(options.bus), picture ? mostDrawn : mostWritten);
    if (options.format == Format::json)
        out << drawJson(graph);
    else if (options.drawing == Drawing::dot)
        out << drawDot(graph);
    else if (options.drawing == Drawing::svg)
        out << drawSvg(graph);
    else
        out << drawText(graph, options.colouring);
    return ExitCode::ok;
}

} // namespace subflowd::ctl::graph
