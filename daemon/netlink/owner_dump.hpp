// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/diag_codec.hpp"
#include "netlink/dump_socket.hpp"

#include <cstdint>
#include <vector>

namespace subflowd::netlink {

/// Asks inet_diag who owns each MPTCP connection of the network namespace, in one dump. Its own
/// socket, because a snapshot may be under way.
class OwnerDump {
  public:
    enum class Part : std::uint8_t { more, last };

    /// In the network namespace of the calling thread. Throws std::system_error.
    OwnerDump();

    /// What to watch for input, all the time; the descriptor never changes.
    [[nodiscard]] int fd() const { return dump_.fd(); }

    /// Begins a dump; one that runs is abandoned. `last`: it cannot be, and nothing will come.
    [[nodiscard]] Part start();

    /// Reads some of the dump, and appends it; rows may come more than once. A dump that fails ends
    /// with what it gave.
    [[nodiscard]] Part receive(std::vector<SocketOwner>& owners);

  private:
    void request(DiagDump part);

    DumpSocket dump_;
    DiagDump part_ = DiagDump::connectionsIpv4;
    bool running_ = false;
};

} // namespace subflowd::netlink
