// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace subflowd::core {

/// Tokens of connections that closed a moment ago. Events of a connection may arrive after its
/// CLOSED (K2), and a snapshot may show it still; neither may bring it back.
class Tombstones {
  public:
    void add(Token token, std::uint32_t snapshot) {
        auto& entry = (*ring_)[next_++ % capacity];
        if (entry.used)
            index_.erase(hashOf(entry.token), position(entry));
        entry = {token, snapshot, true};
        index_.insert(hashOf(token), position(entry));
    }

    /// The token lives again.
    void remove(Token token) {
        if (auto* entry = find(token)) {
            index_.erase(hashOf(token), position(*entry));
            entry->used = false;
        }
    }

    bool contains(Token token) const { return find(token) != nullptr; }

    /// Whether it closed while a snapshot was being taken, or after.
    bool closedSince(Token token, std::uint32_t snapshot) const {
        const auto* entry = find(token);
        return entry && entry->snapshot >= snapshot;
    }

  private:
    static constexpr std::size_t capacity = 8192;

    struct Entry {
        Token token{};
        std::uint32_t snapshot = 0;
        bool used = false;
    };

    std::uint32_t position(const Entry& entry) const {
        return static_cast<std::uint32_t>(&entry - ring_->data());
    }

    Entry* find(Token token) const {
        const auto at =
            index_.find(hashOf(token), [&](std::uint32_t i) { return (*ring_)[i].token == token; });
        return at ? &(*ring_)[*at] : nullptr;
    }

    std::unique_ptr<std::array<Entry, capacity>> ring_ =
        std::make_unique<std::array<Entry, capacity>>();
    std::size_t next_ = 0;
    FlatIndex index_;
};

} // namespace subflowd::core
