// SPDX-License-Identifier: BSD-3-Clause
#include "core/short_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

using namespace subflowd::core;

namespace {

struct Pair {
    std::uint64_t first = 0;
    std::uint8_t second = 0;

    friend bool operator==(const Pair&, const Pair&) = default;
};

using Table = ShortTable<Pair>;

static_assert(sizeof(Table) == sizeof(void*));

Table tableOf(std::uint64_t size) {
    Table table;
    for (std::uint64_t each = 0; each < size; ++each)
        table.push_back({each, static_cast<std::uint8_t>(each)});
    return table;
}

std::vector<std::uint64_t> firsts(const Table& table) {
    std::vector<std::uint64_t> numbers;
    std::ranges::transform(table, std::back_inserter(numbers), &Pair::first);
    return numbers;
}

TEST(ShortTable, IsEmptyWithoutMemory) {
    Table table;
    EXPECT_TRUE(table.empty());
    EXPECT_EQ(table.size(), 0U);
    EXPECT_EQ(table.begin(), table.end());
    EXPECT_EQ(table.data(), nullptr);
    table.clear();
    EXPECT_EQ(erase_if(table, [](const Pair&) { return true; }), 0U);
    EXPECT_EQ(table.erase(table.begin(), table.end()), table.end());
}

TEST(ShortTable, GrowsAndKeepsItsElements) {
    auto table = tableOf(1000);
    ASSERT_EQ(table.size(), 1000U);
    EXPECT_EQ(table.front(), (Pair{0, 0}));
    EXPECT_EQ(table[513], (Pair{513, 1}));
    EXPECT_EQ(std::as_const(table).back(), (Pair{999, 231}));
    EXPECT_EQ(table.push_back(table.front()), table[0]) << "an element of its own, while it grows";
    table.pop_back();
    EXPECT_EQ(table.size(), 1000U);
}

TEST(ShortTable, Erases) {
    auto table = tableOf(6);
    EXPECT_EQ(table.erase(table.begin() + 1)->first, 2U);
    EXPECT_EQ(firsts(table), (std::vector<std::uint64_t>{0, 2, 3, 4, 5}));
    EXPECT_EQ(erase_if(table, [](const Pair& pair) { return pair.first % 2 == 1; }), 2U);
    EXPECT_EQ(firsts(table), (std::vector<std::uint64_t>{0, 2, 4}));
    const auto* after = table.erase(table.end() - 1);
    EXPECT_EQ(after, table.end());
    EXPECT_EQ(firsts(table), (std::vector<std::uint64_t>{0, 2}));
}

TEST(ShortTable, KeepsItsMemoryUntilItIsReleased) {
    auto table = tableOf(4);
    const auto* memory = table.data();
    table.clear();
    EXPECT_TRUE(table.empty());
    EXPECT_EQ(&table.push_back({7, 7}), memory);
    table.release();
    EXPECT_EQ(table.data(), nullptr);
    EXPECT_TRUE(table.empty());
}

TEST(ShortTable, Moves) {
    auto table = tableOf(3);
    const auto* memory = table.data();
    auto moved = std::move(table);
    EXPECT_EQ(moved.data(), memory);
    auto other = tableOf(2);
    other = std::move(moved);
    EXPECT_EQ(firsts(other), (std::vector<std::uint64_t>{0, 1, 2}));
}

} // namespace
