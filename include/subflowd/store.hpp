// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>
#include <subflowd/time.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace subflowd {

/// What one policy remembers of the host's networks, across connections: numbers by link and
/// remote network, each until it expires. Bounded; the entry that expires first makes room.
class Store {
  public:
    static constexpr std::size_t capacity = 1024;

    struct Key {
        LinkIndex link = noLink;
        Prefix remote;
        std::uint16_t port = 0; ///< host byte order, 0 for any

        friend bool operator==(const Key&, const Key&) = default;
    };

    /// The number kept under a key, unless it expired before `now`.
    std::optional<std::uint64_t> find(const Key& key, Instant now) const {
        const auto at = std::ranges::find(entries_, key, &Entry::key);
        if (at == entries_.end() || at->expires <= now)
            return std::nullopt;
        return at->value;
    }

    /// Keeps a number under a key until an instant; replaces what was there.
    void put(const Key& key, std::uint64_t value, Instant expires) {
        if (const auto at = std::ranges::find(entries_, key, &Entry::key); at != entries_.end())
            *at = {key, value, expires};
        else if (entries_.size() < capacity)
            entries_.push_back({key, value, expires});
        else
            *std::ranges::min_element(entries_, {}, &Entry::expires) = {key, value, expires};
    }

    void erase(const Key& key) {
        std::erase_if(entries_, [&key](const Entry& entry) { return entry.key == key; });
    }

    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        Key key;
        std::uint64_t value = 0;
        Instant expires{};
    };

    std::vector<Entry> entries_;
};

} // namespace subflowd
