// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/health.hpp"
#include "netlink/diag_codec.hpp"
#include "netlink/dump_socket.hpp"

#include <cstdint>

namespace subflowd::netlink {

/// Asks for the health of all MPTCP subflows of the network namespace in one dump. Its own socket,
/// because a snapshot may be under way.
class HealthSocket {
  public:
    /// In the network namespace of the calling thread. Throws std::system_error.
    HealthSocket();

    /// What to watch for input, all the time; the descriptor never changes.
    [[nodiscard]] int fd() const { return dump_.fd(); }

    /// Begins a dump; one that runs is abandoned.
    void start();

    /// Reads some of the dump. A dump that fails ends with what it gave.
    [[nodiscard]] core::HealthReport receive();

  private:
    /// How many datagrams (of 32 KiB at most) one receive() reads: events go in between.
    static constexpr int datagramsPerReceive = 4;

    void request(DiagDump part);

    DumpSocket dump_;
    DiagDump part_ = DiagDump::subflowsIpv4;
    bool running_ = false;
};

} // namespace subflowd::netlink
