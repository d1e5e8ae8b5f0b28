// SPDX-License-Identifier: BSD-3-Clause
#include "prose.hpp"

#include <gtest/gtest.h>

namespace subflowd::ctl {
namespace {

using namespace std::chrono_literals;

TEST(SpanText, showsTheTwoLargestUnits) {
    EXPECT_EQ(spanText(0us), "0 us");
    EXPECT_EQ(spanText(999us), "999 us");
    EXPECT_EQ(spanText(250ms), "250 ms");
    EXPECT_EQ(spanText(45s), "45 s");
    EXPECT_EQ(spanText(60s), "1 min");
    EXPECT_EQ(spanText(192s), "3 min 12 s");
    EXPECT_EQ(spanText(2h + 5min + 7s), "2 h 5 min");
    EXPECT_EQ(spanText(76h), "3 d 4 h");
    EXPECT_EQ(spanText(24h + 5s), "1 d");
}

TEST(Counted, hasAPlural) {
    EXPECT_EQ(counted(1, "attempt"), "1 attempt");
    EXPECT_EQ(counted(0, "attempt"), "0 attempts");
}

TEST(Wrapped, breaksBetweenWordsAtEightyColumns) {
    const std::string words = std::string(40, 'a') + ' ' + std::string(35, 'b') + " c";
    EXPECT_EQ(wrapped(words, 4),
              "    " + std::string(40, 'a') + ' ' + std::string(35, 'b') + "\n    c\n");
}

TEST(Wrapped, nothingIsNoLine) {
    EXPECT_EQ(wrapped("", 4), "");
}

TEST(Wrapped, aLongWordIsNotCut) {
    const std::string word(100, 'x');
    EXPECT_EQ(wrapped(word, 2), "  " + word + "\n");
}

} // namespace
} // namespace subflowd::ctl
