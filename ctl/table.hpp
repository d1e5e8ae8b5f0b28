// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::ctl {

/// Whether text for people carries colours.
enum class Colouring : std::uint8_t { plain, coloured };

/// What a piece of text means, which decides its colour.
enum class Tone : std::uint8_t { plain, heading, good, waiting, bad, faint };

/// The text with the escape sequences of its tone around it, if there is to be colour.
std::string painted(std::string_view text, Tone tone, Colouring colouring);

struct Cell {
    Cell(std::string words, Tone meaning = Tone::plain) : text(std::move(words)), tone(meaning) {}

    Cell(const char* words) : Cell(std::string{words}) {}

    std::string text;
    Tone tone;
};

using Row = std::vector<Cell>;

/// Rows in aligned columns, two spaces apart. The last column is not padded behind.
class Table {
  public:
    /// Headings come first, in their own tone.
    void addHeading(const std::vector<std::string>& headings);

    void add(Row row) { rows_.push_back(std::move(row)); }

    /// Sets the column's text to the right, as numbers are read. Not for the last column.
    void alignRight(std::size_t column);

    bool empty() const { return rows_.empty(); }

    /// A line for each row, with `indent` spaces before it and no newline.
    std::vector<std::string> lines(Colouring colouring, std::size_t indent = 0) const;

    /// The lines, each with its newline.
    std::string text(Colouring colouring, std::size_t indent = 0) const;

  private:
    std::vector<std::size_t> widths() const;

    std::vector<Row> rows_;
    std::vector<std::size_t> rightAligned_;
};

} // namespace subflowd::ctl
