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

TEST(DelayText, isAsExactAsItMatters) {
    using std::chrono::microseconds;
    EXPECT_EQ(delayText(microseconds{45}), "45 us");
    EXPECT_EQ(delayText(microseconds{1000}), "1.0 ms");
    EXPECT_EQ(delayText(microseconds{12345}), "12.3 ms");
    EXPECT_EQ(delayText(microseconds{1'250'400}), "1250 ms");
}

TEST(BytesText, hasTwoDigitsOrThree) {
    EXPECT_EQ(bytesText(0), "0 B");
    EXPECT_EQ(bytesText(999), "999 B");
    EXPECT_EQ(bytesText(1000), "1.0 kB");
    EXPECT_EQ(bytesText(1234), "1.2 kB");
    EXPECT_EQ(bytesText(9960), "10 kB");
    EXPECT_EQ(bytesText(999'499), "999 kB");
    EXPECT_EQ(bytesText(999'500), "1.0 MB");
    EXPECT_EQ(bytesText(34'000'000'000), "34 GB");
}

TEST(RateText, isInBits) {
    EXPECT_EQ(rateText(0), "0 bit/s");
    EXPECT_EQ(rateText(150'000), "1.2 Mbit/s");
}

} // namespace
} // namespace subflowd::ctl
