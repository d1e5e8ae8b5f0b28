// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/diag_codec.hpp"
#include "netlink/sliced_dump.hpp"

#include <vector>

namespace subflowd::netlink {

/// Asks inet_diag who owns each MPTCP connection of the network namespace, in one dump.
class OwnerDump {
  public:
    using Part = SlicedDump::Part;

    /// In the network namespace of the calling thread. Throws std::system_error.
    OwnerDump();

    /// What to watch for input, all the time; the descriptor never changes.
    [[nodiscard]] int fd() const { return dump_.fd(); }

    /// Begins a dump; one that runs is abandoned. `last`: it cannot be, and nothing will come.
    [[nodiscard]] Part start() { return dump_.start(); }

    /// Reads some of the dump, and appends it; rows may come more than once. A dump that fails ends
    /// with what it gave.
    [[nodiscard]] Part receive(std::vector<SocketOwner>& owners);

  private:
    SlicedDump dump_;
};

} // namespace subflowd::netlink
