// SPDX-License-Identifier: BSD-3-Clause
#include "core/connection_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>

using namespace subflowd;
using namespace subflowd::core;

namespace {

Token token(std::size_t number) {
    return static_cast<Token>(number);
}

void fill(ConnectionTable& table, std::size_t first, std::size_t last) {
    for (auto each = first; each <= last; ++each)
        table.add(token(each)).paths.push_back({});
}

void empty(ConnectionTable& table, std::size_t first, std::size_t last) {
    for (auto each = first; each <= last; ++each)
        table.erase(*table.find(token(each)));
}

std::set<Token> visited(const ConnectionTable& table) {
    std::set<Token> tokens;
    table.forEach([&](const Connection& connection) { tokens.insert(connection.token); });
    return tokens;
}

TEST(ConnectionTable, ReusesSlotsWithTheirMemoryButNothingElse) {
    ConnectionTable table;
    auto& first = table.add(Token{1});
    first.side = Side::server;
    first.paths.push_back({});
    first.endings.push_back({});
    const auto* memory = first.paths.data();
    auto& second = table.add(Token{2});
    EXPECT_EQ(table.find(Token{1}), &first);
    EXPECT_EQ(std::as_const(table).find(Token{2}), &second);
    EXPECT_EQ(table.find(Token{3}), nullptr);
    table.erase(first);
    EXPECT_EQ(table.find(Token{1}), nullptr);
    EXPECT_EQ(table.size(), 1U);
    table.erase(first);
    EXPECT_EQ(table.size(), 1U) << "erased once is erased";
    auto& third = table.add(Token{3});
    EXPECT_EQ(&third, &first);
    EXPECT_EQ(third.side, Side::client);
    EXPECT_TRUE(third.paths.empty());
    EXPECT_TRUE(third.endings.empty());
    EXPECT_EQ(third.paths.data(), memory);
    EXPECT_EQ(table.slots(), ConnectionTable::slotsOfChunk);
}

TEST(ConnectionTable, VisitsEachOnceWhileTheyGo) {
    ConnectionTable table;
    fill(table, 1, 5000);
    std::size_t seen = 0;
    table.forEach([&](Connection& connection) {
        ++seen;
        if (connection.token != token(4321))
            table.erase(connection);
    });
    EXPECT_EQ(seen, 5000U);
    EXPECT_EQ(visited(table), std::set{token(4321)});
}

TEST(ConnectionTable, GivesBackWhatABurstTook) {
    ConnectionTable table;
    fill(table, 1, 20000);
    EXPECT_EQ(table.slots(), 20032U);
    empty(table, 65, 20000);
    EXPECT_EQ(table.size(), 64U);
    EXPECT_LE(table.heldChunks(), 1 + ConnectionTable::reserve);
    empty(table, 1, 64);
    EXPECT_LE(table.heldChunks(), ConnectionTable::reserve);
    EXPECT_TRUE(visited(table).empty());
}

TEST(ConnectionTable, FindsTheSameWhateverWasGivenBack) {
    ConnectionTable table;
    fill(table, 1, 12800);
    empty(table, 129, 6400);
    empty(table, 9601, 12800);
    fill(table, 20001, 36000);
    for (std::size_t each = 1; each <= 36000; ++each) {
        const bool there = each <= 128 || (each > 6400 && each <= 9600) || each > 20000;
        const auto* found = table.find(token(each));
        ASSERT_EQ(found != nullptr, there) << each;
        if (there) {
            ASSERT_EQ(found->token, token(each));
        }
    }
    EXPECT_EQ(visited(table).size(), table.size());
    EXPECT_EQ(table.slots() / ConnectionTable::slotsOfChunk, (table.size() + 63) / 64)
        << "gaps are filled first";
}

TEST(ConnectionTable, KeepsWhatSteadyChangeNeeds) {
    ConnectionTable table;
    fill(table, 1, 1000);
    const auto* memory = table.find(token(1000))->paths.data();
    for (std::size_t round = 0; round < 10; ++round) {
        empty(table, 1, 1000);
        fill(table, 1, 1000);
        ASSERT_EQ(table.find(token(1000))->paths.data(), memory);
    }
}

} // namespace
