// SPDX-License-Identifier: BSD-3-Clause
#include "table.hpp"

#include <algorithm>
#include <utility>

namespace subflowd::ctl {

namespace {

std::string_view escapeOf(Tone tone) {
    switch (tone) {
    case Tone::plain:
        return "";
    case Tone::heading:
        return "\033[1m";
    case Tone::good:
        return "\033[32m";
    case Tone::waiting:
        return "\033[33m";
    case Tone::bad:
        return "\033[31m";
    case Tone::faint:
        return "\033[2m";
    }
    return "";
}

} // namespace

std::string painted(std::string_view text, Tone tone, Colouring colouring) {
    const auto escape = escapeOf(tone);
    if (colouring == Colouring::plain || escape.empty() || text.empty())
        return std::string{text};
    return std::string{escape}.append(text).append("\033[0m");
}

void Table::addHeading(const std::vector<std::string>& headings) {
    Row row;
    for (const auto& heading : headings)
        row.emplace_back(heading, Tone::heading);
    add(std::move(row));
}

void Table::alignRight(std::size_t column) {
    rightAligned_.push_back(column);
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].text.size());
    }
    return widths;
}

std::vector<std::string> Table::lines(Colouring colouring, std::size_t indent) const {
    constexpr std::size_t gap = 2;
    const auto width = widths();
    std::vector<std::string> lines;
    for (const auto& row : rows_) {
        std::string line;
        std::size_t spaces = indent;
        for (std::size_t i = 0; i < row.size(); ++i) {
            auto padding = width[i] - row[i].text.size();
            if (std::ranges::find(rightAligned_, i) != rightAligned_.end())
                spaces += std::exchange(padding, 0);
            padding += gap;
            if (!row[i].text.empty())
                line.append(spaces, ' ').append(painted(row[i].text, row[i].tone, colouring));
            spaces = row[i].text.empty() ? spaces + padding : padding;
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string Table::text(Colouring colouring, std::size_t indent) const {
    std::string text;
    for (const auto& line : lines(colouring, indent))
        text += line + '\n';
    return text;
}

} // namespace subflowd::ctl
