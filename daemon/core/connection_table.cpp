// SPDX-License-Identifier: BSD-3-Clause
#include "core/connection_table.hpp"

#include "core/hash.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace subflowd::core {

namespace {

constexpr std::uint64_t all = ~std::uint64_t{0};
constexpr std::size_t bits = 64;

constexpr std::uint64_t bit(std::size_t at) {
    return std::uint64_t{1} << (at % bits);
}

/// A fresh record in an old one's memory.
void reset(Connection& connection) {
    Connection fresh;
    const auto keep = [](auto& memory, auto& target) {
        memory.clear();
        target = std::move(memory);
    };
    keep(connection.paths, fresh.paths);
    keep(connection.subflows, fresh.subflows);
    keep(connection.announced, fresh.announced);
    keep(connection.withdrawn, fresh.withdrawn);
    keep(connection.announcements, fresh.announcements);
    keep(connection.ids, fresh.ids);
    keep(connection.endings, fresh.endings);
    connection = std::move(fresh);
}

} // namespace

Connection* ConnectionTable::find(Token token) {
    return const_cast<Connection*>(std::as_const(*this).find(token));
}

const Connection* ConnectionTable::find(Token token) const {
    const Connection* found = nullptr;
    const auto slot = index_.find(hashOf(token), [&](std::uint32_t each) {
        found = at(each);
        return found->token == token;
    });
    return slot ? found : nullptr;
}

Connection* ConnectionTable::at(std::size_t slot) {
    return const_cast<Connection*>(std::as_const(*this).at(slot));
}

const Connection* ConnectionTable::at(std::size_t slot) const {
    const auto position = slot / slotsOfChunk;
    if (position >= chunks_.size() || !chunks_[position])
        return nullptr;
    const auto& chunk = *chunks_[position];
    return (chunk.used & bit(slot)) != 0 ? &chunk.slots[slot % slotsOfChunk] : nullptr;
}

/// The lowest chunk with room, so that the others can become empty.
ConnectionTable::Chunk& ConnectionTable::chunkWithRoom(std::size_t& at) {
    const auto word =
        std::ranges::find_if(roomy_, [](std::uint64_t chunks) { return chunks != 0; });
    if (word != roomy_.end()) {
        at = static_cast<std::size_t>(word - roomy_.begin()) * bits +
             static_cast<std::size_t>(std::countr_zero(*word));
        return *chunks_[at];
    }
    const auto returned = returned_ > 0
                              ? std::ranges::find(chunks_, nullptr, &std::unique_ptr<Chunk>::get)
                              : chunks_.end();
    at = static_cast<std::size_t>(returned - chunks_.begin());
    if (returned == chunks_.end()) {
        chunks_.emplace_back();
        roomy_.resize((chunks_.size() + bits - 1) / bits);
    } else {
        --returned_;
    }
    chunks_[at] = std::make_unique<Chunk>();
    roomy_[at / bits] |= bit(at);
    ++empty_;
    return *chunks_[at];
}

Connection& ConnectionTable::add(Token token) {
    std::size_t position = 0;
    auto& chunk = chunkWithRoom(position);
    const auto free = static_cast<std::size_t>(std::countr_one(chunk.used));
    if (chunk.used == 0)
        --empty_;
    chunk.used |= bit(free);
    if (chunk.used == all)
        roomy_[position / bits] &= ~bit(position);
    auto& connection = chunk.slots[free];
    reset(connection);
    connection.token = token;
    index_.insert(hashOf(token), static_cast<std::uint32_t>(position * slotsOfChunk + free));
    return connection;
}

void ConnectionTable::erase(Connection& connection) {
    const auto slot = index_.find(hashOf(connection.token),
                                  [&](std::uint32_t each) { return at(each) == &connection; });
    if (!slot)
        return;
    index_.erase(hashOf(connection.token), *slot);
    connection.token = Token{};
    const auto position = *slot / slotsOfChunk;
    auto& chunk = *chunks_[position];
    chunk.used &= ~bit(*slot);
    roomy_[position / bits] |= bit(position);
    if (chunk.used == 0)
        emptied(position);
}

void ConnectionTable::emptied(std::size_t position) {
    if (empty_ < reserve) {
        ++empty_;
        return;
    }
    chunks_[position].reset();
    roomy_[position / bits] &= ~bit(position);
    ++returned_;
    while (!chunks_.empty() && !chunks_.back()) {
        chunks_.pop_back();
        --returned_;
    }
}

} // namespace subflowd::core
