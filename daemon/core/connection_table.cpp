// SPDX-License-Identifier: BSD-3-Clause
#include "core/connection_table.hpp"

#include "core/hash.hpp"

#include <utility>

namespace subflowd::core {

namespace {

/// A fresh record in an old one's memory.
void reset(Connection& connection) {
    Connection fresh;
    const auto keep = [](auto& memory, auto& target) {
        memory.clear();
        target.swap(memory);
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
    const auto at = index_.find(
        hashOf(token), [&](std::uint32_t position) { return slots_[position].token == token; });
    return at ? &slots_[*at] : nullptr;
}

const Connection* ConnectionTable::find(Token token) const {
    const auto at = index_.find(
        hashOf(token), [&](std::uint32_t position) { return slots_[position].token == token; });
    return at ? &slots_[*at] : nullptr;
}

Connection& ConnectionTable::add(Token token) {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const auto position = free_.back();
    free_.pop_back();
    auto& connection = slots_[position];
    reset(connection);
    connection.token = token;
    connection.used = true;
    index_.insert(hashOf(token), position);
    return connection;
}

void ConnectionTable::erase(Connection& connection) {
    const auto at = index_.find(hashOf(connection.token), [&](std::uint32_t position) {
        return &slots_[position] == &connection;
    });
    if (!at)
        return;
    index_.erase(hashOf(connection.token), *at);
    connection.used = false;
    connection.token = Token{};
    free_.push_back(*at);
}

} // namespace subflowd::core
