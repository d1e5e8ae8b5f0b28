// SPDX-License-Identifier: BSD-3-Clause
#include "table.hpp"

#include <gtest/gtest.h>

namespace subflowd::ctl {
namespace {

TEST(Table, alignsColumnsAndLeavesTheLastUnpadded) {
    Table table;
    table.addHeading({"A", "LONGER", "C"});
    table.add({"value", "x", "last"});
    EXPECT_EQ(table.text(Colouring::plain), "A      LONGER  C\n"
                                            "value  x       last\n");
}

TEST(Table, indents) {
    Table table;
    table.add({"a", "b"});
    EXPECT_EQ(table.text(Colouring::plain, 2), "  a  b\n");
}

TEST(Table, leavesNoSpacesAtTheEndOfALine) {
    Table table;
    table.add({"a", "b", "c"});
    table.add({"", "b", ""});
    table.add({"", "", ""});
    EXPECT_EQ(table.text(Colouring::plain), "a  b  c\n"
                                            "   b\n"
                                            "\n");
}

TEST(Table, colourDoesNotCountAsWidth) {
    Table table;
    table.add({{"up", Tone::good}, "x"});
    table.add({"longer", "x"});
    EXPECT_EQ(table.text(Colouring::coloured), "\033[32mup\033[0m      x\n"
                                               "longer  x\n");
}

TEST(Painted, isPlainWithoutColour) {
    EXPECT_EQ(painted("text", Tone::bad, Colouring::plain), "text");
    EXPECT_EQ(painted("text", Tone::bad, Colouring::coloured), "\033[31mtext\033[0m");
    EXPECT_EQ(painted("text", Tone::plain, Colouring::coloured), "text");
}

TEST(Table, setsNumbersToTheRight) {
    Table table;
    table.addHeading({"NAME", "COUNT", "X"});
    table.add({"a", "7", "x"});
    table.add({"long", "", "x"});
    table.alignRight(1);
    EXPECT_EQ(table.text(Colouring::plain), "NAME  COUNT  X\n"
                                            "a         7  x\n"
                                            "long         x\n");
}

} // namespace
} // namespace subflowd::ctl
