// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/pages.hpp"

#include <gtest/gtest.h>

namespace subflowd::dbus {
namespace {

using Tokens = std::vector<Token>;

const Tokens five{Token{50}, Token{10}, Token{0xffffffff}, Token{30}, Token{20}};

TEST(PageOf, sortsAndTellsTheNextPage) {
    const auto page = pageOf(five, 2, 0);
    EXPECT_EQ(page.tokens, (Tokens{Token{10}, Token{20}}));
    EXPECT_EQ(page.next, 30u);
}

TEST(PageOf, theLastPageHasNoNext) {
    const auto page = pageOf(five, 2, 0xffffffff);
    EXPECT_EQ(page.tokens, (Tokens{Token{0xffffffff}}));
    EXPECT_EQ(page.next, 0u);
}

TEST(PageOf, aPageThatFitsExactlyIsTheLast) {
    EXPECT_EQ(pageOf(five, 5, 0).next, 0u);
    EXPECT_EQ(pageOf(five, 5, 0).tokens.size(), 5u);
}

TEST(PageOf, nothingIsAnEmptyPage) {
    EXPECT_EQ(pageOf({}, 10, 0), Page{});
}

TEST(PageOf, pagesTogetherAreEverythingOnce) {
    Tokens all;
    std::uint64_t cursor = 0;
    do {
        const auto page = pageOf(five, 2, cursor);
        all.insert(all.end(), page.tokens.begin(), page.tokens.end());
        cursor = page.next;
    } while (cursor != 0);
    EXPECT_EQ(all, (Tokens{Token{10}, Token{20}, Token{30}, Token{50}, Token{0xffffffff}}));
}

TEST(PageOf, aConnectionThatEndsBetweenTwoPagesShiftsNothing) {
    const auto first = pageOf(five, 2, 0);
    const Tokens later{Token{50}, Token{0xffffffff}, Token{5}};
    EXPECT_EQ(pageOf(later, 2, first.next).tokens, (Tokens{Token{50}, Token{0xffffffff}}));
}

} // namespace
} // namespace subflowd::dbus
