// SPDX-License-Identifier: BSD-3-Clause
#include "core/connection_table.hpp"
#include "core/flat_index.hpp"
#include "core/hash.hpp"
#include "core/in_flight.hpp"
#include "core/remote_table.hpp"
#include "core/timer_queue.hpp"
#include "core/tombstones.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace subflowd::core {
namespace {

using namespace std::chrono_literals;

/// `spread` says how many different hashes there are: few means many collisions.
void compareWithMap(std::uint64_t spread) {
    std::mt19937 random{7};
    FlatIndex index;
    std::map<std::uint32_t, std::uint64_t> model; // position to hash
    for (int i = 0; i < 20000; ++i) {
        const auto position = static_cast<std::uint32_t>(random() % 300);
        if (const auto known = model.find(position); known != model.end()) {
            index.erase(known->second, position);
            model.erase(known);
        } else {
            const auto hash = mix(random() % spread);
            index.insert(hash, position);
            model.emplace(position, hash);
        }
        ASSERT_EQ(index.size(), model.size());
        const auto probe = static_cast<std::uint32_t>(random() % 300);
        const auto known = model.find(probe);
        const auto hash = known == model.end() ? mix(random() % spread) : known->second;
        const auto found = index.find(hash, [probe](std::uint32_t at) { return at == probe; });
        ASSERT_EQ(found.has_value(), known != model.end()) << "position " << probe;
    }
}

TEST(FlatIndex, FindsWhatAMapFinds) {
    compareWithMap(1U << 30U);
}

TEST(FlatIndex, FindsWhatAMapFindsAmongCollisions) {
    compareWithMap(5);
}

TEST(FlatIndex, TakesTheEraseOfWhatIsNotThere) {
    FlatIndex index;
    index.erase(1, 1);
    EXPECT_EQ(index.find(1, [](auto) { return true; }), std::nullopt);
    index.insert(1, 0);
    index.erase(1, 5);
    EXPECT_EQ(index.size(), 1U);
}

TEST(RemoteTable, KeepsAnEndpointAsLongAsSomebodyRefersToIt) {
    RemoteTable remotes;
    const Endpoint first{IpAddress::v4(10, 9, 0, 1), 443};
    const Endpoint second{IpAddress::v4(10, 9, 0, 1), 444};
    const auto one = remotes.acquire(first);
    EXPECT_EQ(remotes.acquire(first), one);
    remotes[one].verdict = JoinInitial::denied;
    const auto two = remotes.acquire(second);
    EXPECT_NE(one, two);
    EXPECT_EQ(remotes.size(), 2U);
    remotes.release(one);
    remotes.retain(one);
    remotes.release(one);
    EXPECT_EQ(remotes[one].verdict, JoinInitial::denied);
    remotes.release(one);
    EXPECT_EQ(remotes.size(), 1U);
    EXPECT_EQ(remotes.acquire({IpAddress::v4(1, 1, 1, 1), 1}), one) << "places are used again";
    EXPECT_EQ(remotes[one].verdict, JoinInitial::unknown) << "and know nothing of before";
}

TEST(TimerQueue, GivesTheEarliestFirst) {
    TimerQueue timers;
    EXPECT_TRUE(timers.empty());
    for (const int second : {5, 1, 4, 2, 3})
        timers.push(Instant{second * 1s}, static_cast<Token>(second));
    for (std::uint32_t second = 1; second <= 5; ++second) {
        EXPECT_EQ(timers.first().token, Token{second});
        EXPECT_EQ(timers.first().at, Instant{second * 1s});
        timers.pop();
    }
    EXPECT_TRUE(timers.empty());
}

TEST(Tombstones, RememberTheLast8192) {
    Tombstones tombstones;
    for (std::uint32_t token = 1; token <= 8193; ++token)
        tombstones.add(Token{token}, token);
    EXPECT_FALSE(tombstones.contains(Token{1})) << "8192 others closed since";
    EXPECT_TRUE(tombstones.contains(Token{2}));
    EXPECT_TRUE(tombstones.contains(Token{8193}));
    tombstones.remove(Token{2});
    tombstones.remove(Token{2});
    EXPECT_FALSE(tombstones.contains(Token{2}));
    tombstones.add(Token{9000}, 1);
    EXPECT_TRUE(tombstones.contains(Token{3})) << "the place of 2 was free";
}

TEST(Tombstones, TellWhetherATokenClosedSinceASnapshotBegan) {
    Tombstones tombstones;
    tombstones.add(Token{1}, 4);
    EXPECT_TRUE(tombstones.closedSince(Token{1}, 4));
    EXPECT_TRUE(tombstones.closedSince(Token{1}, 3));
    EXPECT_FALSE(tombstones.closedSince(Token{1}, 5));
    EXPECT_FALSE(tombstones.closedSince(Token{2}, 1));
}

TEST(InFlightTable, GivesEachCommandOnce) {
    InFlightTable table;
    for (std::uint32_t i = 1; i <= 200; ++i) {
        const auto id = table.nextId();
        ASSERT_EQ(id, CommandId{i});
        table.add({id, InFlight::Kind::askFacts, Token{i}, {}, {}, {}});
    }
    EXPECT_EQ(table.size(), 200U);
    EXPECT_FALSE(table.take(CommandId{}));
    EXPECT_FALSE(table.take(CommandId{201}));
    for (std::uint32_t i = 200; i >= 1; --i) {
        const auto taken = table.take(CommandId{i});
        ASSERT_TRUE(taken);
        EXPECT_EQ(taken->token, Token{i});
        EXPECT_FALSE(table.take(CommandId{i}));
    }
    EXPECT_EQ(table.size(), 0U);
}

} // namespace

} // namespace subflowd::core
