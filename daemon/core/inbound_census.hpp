// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <subflowd/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace subflowd::core {

/// How many subflows peers opened and keep, all together and by peer network. In userspace mode the
/// kernel counts none of them (K22).
class InboundCensus {
  public:
    void add(const IpAddress& peer) {
        ++all_;
        ++cellOf(peer);
    }

    void remove(const IpAddress& peer) {
        --all_;
        --cellOf(peer);
    }

    std::uint32_t all() const { return all_; }

    std::uint32_t ofNetwork(const IpAddress& peer) const { return (*networks_)[cell(peer)]; }

  private:
    /// Networks that share a cell are counted together: bounded memory for any number of peers.
    static constexpr std::size_t cells = 4096;

    static std::size_t cell(const IpAddress& peer) {
        const std::uint8_t length = peer.family() == Family::ipv4 ? 24 : 56;
        return hashOf(Prefix{peer, length}.address()) % cells;
    }

    std::uint32_t& cellOf(const IpAddress& peer) { return (*networks_)[cell(peer)]; }

    std::uint32_t all_ = 0;
    std::unique_ptr<std::array<std::uint32_t, cells>> networks_ =
        std::make_unique<std::array<std::uint32_t, cells>>();
};

} // namespace subflowd::core
