// SPDX-License-Identifier: BSD-3-Clause
#include "graph/drawing.hpp"
#include "prose.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <array>

namespace subflowd::ctl::graph {

namespace {

// All in pixels. A character is as wide as most fonts have it at this size; boxes have room to
// spare.
constexpr int margin = 24;
constexpr int top = 72;
constexpr int boxHeight = 44;
constexpr int rowHeight = 64;
constexpr int characterWidth = 8;
constexpr int padding = 14;
constexpr int gap = 300; ///< between the columns

/// How a class of edges looks, in the picture and in its legend.
struct Look {
    const char* name;
    const char* colour;
    const char* dashes; ///< of stroke-dasharray; "none"
};

constexpr Look healthy{"up", "#2a9d5c", "none"};
constexpr Look backup{"backup", "#6b7280", "10 5"};
constexpr Look pending{"pending", "#d97706", "3 5"};
constexpr Look troubled{"suspect or draining", "#c8102e", "none"};
constexpr std::array looks{&healthy, &backup, &pending, &troubled};

const Look& lookOf(const Edge& edge) {
    if (edge.troubled > 0)
        return troubled;
    if (edge.up == 0)
        return pending;
    return edge.backup == edge.subflows() ? backup : healthy;
}

std::string escaped(const std::string& text) {
    std::string escaped;
    for (const char letter : text)
        switch (letter) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            escaped += letter;
        }
    return escaped;
}

std::string number(int value) {
    return std::to_string(value);
}

/// The boxes of a side: where they are, and how wide.
struct Column {
    int left = 0;
    int width = 0;
    int first = 0; ///< the top of the first box

    int middleOf(std::size_t row) const {
        return first + static_cast<int>(row) * rowHeight + boxHeight / 2;
    }
};

int widest(const std::vector<std::string>& texts, int least) {
    int width = least;
    for (const auto& text : texts)
        width = std::max(width, static_cast<int>(text.size()) * characterWidth + 2 * padding);
    return width;
}

/// The smaller column stands in the middle of the larger one's height.
int firstRow(std::size_t rows, std::size_t most) {
    return top + static_cast<int>(most - rows) * rowHeight / 2;
}

std::string box(const Column& column, std::size_t row, const char* kind) {
    return "<rect class=\"" + std::string{kind} + "\" x=\"" + number(column.left) + "\" y=\"" +
           number(column.middleOf(row) - boxHeight / 2) + "\" width=\"" + number(column.width) +
           "\" height=\"" + number(boxHeight) + "\" rx=\"8\"/>\n";
}

std::string label(int x, int y, const char* kind, const std::string& text) {
    return "<text class=\"" + std::string{kind} + "\" x=\"" + number(x) + "\" y=\"" + number(y) +
           "\">" + escaped(text) + "</text>\n";
}

std::string curve(const Edge& edge, const Column& left, const Column& right) {
    const auto& look = lookOf(edge);
    const int x1 = left.left + left.width;
    const int x2 = right.left;
    const int y1 = left.middleOf(edge.local);
    const int y2 = right.middleOf(edge.remote);
    const int bend = (x2 - x1) / 2;
    const auto width = std::min<std::size_t>(1 + edge.subflows(), 8);
    return "<path d=\"M" + number(x1) + ' ' + number(y1) + " C" + number(x1 + bend) + ' ' +
           number(y1) + ' ' + number(x2 - bend) + ' ' + number(y2) + ' ' + number(x2) + ' ' +
           number(y2) + "\" stroke=\"" + look.colour + "\" stroke-width=\"" +
           std::to_string(width) + "\" stroke-dasharray=\"" + look.dashes + "\"><title>" +
           escaped(edgeText(edge)) + "</title></path>\n";
}

/// Beside the remote's box, a little above the end of the curve: there edges are far apart.
std::string countLabel(const Edge& edge, const Column& left, const Column& right) {
    // a point of the curve at three quarters of its length: cubic Bezier, t = 3/4
    const int x1 = left.left + left.width;
    const int x2 = right.left;
    const int y1 = left.middleOf(edge.local);
    const int y2 = right.middleOf(edge.remote);
    const int bend = (x2 - x1) / 2;
    const int x = (x1 + 9 * (x1 + bend) + 27 * (x2 - bend) + 27 * x2) / 64;
    const int y = (10 * y1 + 54 * y2) / 64;
    return label(x, y + 4, "count", std::to_string(edge.subflows()));
}

std::string legend(int y) {
    std::string text;
    int x = margin;
    for (const auto* look : looks) {
        text += R"(<path d="M)" + number(x) + ' ' + number(y) + R"( h32" stroke=")" + look->colour +
                R"(" stroke-width="3" stroke-dasharray=")" + look->dashes + "\"/>\n" +
                label(x + 40, y + 4, "small", look->name);
        x += 40 + static_cast<int>(std::string_view{look->name}.size()) * characterWidth + 24;
    }
    return text;
}

constexpr const char* style =
    "<style>\n"
    "text{font-family:system-ui,'DejaVu Sans',sans-serif;font-size:13px;fill:#1f2937}\n"
    ".title{font-size:17px;font-weight:600}\n"
    ".small,.address{font-size:12px;fill:#6b7280}\n"
    ".link{font-weight:600}\n"
    ".count{font-size:12px;font-weight:600;text-anchor:middle;paint-order:stroke;stroke:#ffffff;"
    "stroke-width:5px}\n"
    "rect.local{fill:#eef6ff;stroke:#3b82f6}\n"
    "rect.remote{fill:#f6f3ff;stroke:#8b5cf6}\n"
    "path{fill:none;stroke-linecap:round}\n"
    "</style>\n";

std::string headerOf(int width, int height) {
    return R"(<svg xmlns="http://www.w3.org/2000/svg" width=")" + number(width) + R"(" height=")" +
           number(height) + R"(" viewBox="0 0 )" + number(width) + ' ' + number(height) + "\">\n" +
           style + R"(<rect width="100%" height="100%" fill="#ffffff"/>)" + '\n';
}

std::string titleOf(const Topology& graph) {
    std::size_t subflows = 0;
    for (const auto& edge : graph.edges)
        subflows += edge.subflows();
    return counted(graph.connections, "connection") + ", " + counted(subflows, "subflow");
}

} // namespace

std::string drawSvg(const Topology& graph) {
    std::vector<std::string> localTexts;
    for (const auto& local : graph.locals) {
        localTexts.push_back(local.link);
        localTexts.push_back(toString(local.address));
    }
    constexpr int least = 120;
    const auto rows = std::max<std::size_t>({graph.locals.size(), graph.remotes.size(), 1});
    const Column left{margin, widest(localTexts, least), firstRow(graph.locals.size(), rows)};
    const Column right{left.left + left.width + gap, widest(graph.remotes, least),
                       firstRow(graph.remotes.size(), rows)};
    const int height = top + static_cast<int>(rows) * rowHeight + 28;
    const int width = right.left + right.width + margin;
    auto svg = headerOf(width, height) + label(margin, 38, "title", titleOf(graph));
    for (const auto& edge : graph.edges)
        svg += curve(edge, left, right);
    for (const auto& edge : graph.edges)
        svg += countLabel(edge, left, right);
    for (std::size_t i = 0; i < graph.locals.size(); ++i) {
        const auto& local = graph.locals[i];
        const int middle = left.middleOf(i);
        svg += box(left, i, "local") +
               label(left.left + padding, middle - 4, "link",
                     local.link.empty() ? "unknown link" : local.link) +
               label(left.left + padding, middle + 13, "address", toString(local.address));
    }
    for (std::size_t i = 0; i < graph.remotes.size(); ++i)
        svg += box(right, i, "remote") +
               label(right.left + padding, right.middleOf(i) + 4, "remote", graph.remotes[i]);
    return svg + legend(height - margin) + "</svg>\n";
}

} // namespace subflowd::ctl::graph
