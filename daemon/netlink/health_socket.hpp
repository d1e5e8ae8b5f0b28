// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/health.hpp"
#include "netlink/sliced_dump.hpp"

namespace subflowd::netlink {

/// Asks for the health of all MPTCP subflows of the network namespace in one dump.
class HealthSocket {
  public:
    /// In the network namespace of the calling thread. Throws std::system_error.
    HealthSocket();

    /// What to watch for input, all the time; the descriptor never changes.
    [[nodiscard]] int fd() const { return dump_.fd(); }

    /// Begins a dump; one that runs is abandoned.
    void start() { dump_.start(); }

    /// Reads some of the dump. A dump that fails ends with what it gave.
    [[nodiscard]] core::HealthReport receive();

  private:
    SlicedDump dump_;
};

} // namespace subflowd::netlink
