// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace subflowd::core {

/// Servers that turned out to deny joins to their initial address, on kernels whose events do not
/// say so: remembered beyond the connections that found out, for the servers beside them, too.
class DeniedServers {
  public:
    static constexpr Duration memory = std::chrono::hours(24);

    void add(const Endpoint& server, Instant now) {
        std::erase_if(entries_, [&](const Entry& entry) {
            return entry.until <= now || entry.server == networkOf(server);
        });
        if (entries_.size() == capacity)
            entries_.erase(entries_.begin()); // the oldest
        entries_.push_back({networkOf(server), now + memory});
    }

    bool contains(const Endpoint& server, Instant now) const {
        return std::ranges::any_of(entries_, [&](const Entry& entry) {
            return entry.until > now && entry.server == networkOf(server);
        });
    }

  private:
    static constexpr std::size_t capacity = 256;

    struct Network {
        Prefix prefix;
        std::uint16_t port = 0;
        friend bool operator==(const Network&, const Network&) = default;
    };

    struct Entry {
        Network server;
        Instant until{};
    };

    static Network networkOf(const Endpoint& server) {
        const std::uint8_t length = server.address.family() == Family::ipv4 ? 24 : 48;
        return {Prefix{server.address, length}, server.port};
    }

    std::vector<Entry> entries_;
};

} // namespace subflowd::core
