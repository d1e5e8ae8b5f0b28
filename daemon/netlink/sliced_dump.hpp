// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/diag_codec.hpp"
#include "netlink/dump_socket.hpp"

#include <cstdint>
#include <utility>

namespace subflowd::netlink {

/// A dump of inet_diag for each family, one after the other, a slice at a time. Its own socket,
/// because a snapshot may be under way.
class SlicedDump {
  public:
    enum class Part : std::uint8_t { more, last };

    /// In the network namespace of the calling thread. Throws std::system_error.
    SlicedDump(DiagDump ipv4, DiagDump ipv6);

    /// What to watch for input, all the time; the descriptor never changes.
    [[nodiscard]] int fd() const { return dump_.fd(); }

    /// Begins; a dump that runs is abandoned. `last`: it cannot be, and nothing will come.
    Part start();

    /// Reads some, and calls `onRow(const Message&)` for each row, some perhaps more than once. A
    /// dump that fails ends with what it gave.
    template <typename OnRow>
    [[nodiscard]] Part receive(OnRow&& onRow) {
        int datagrams = 0;
        while (running_ && datagrams < datagramsPerReceive)
            if (takeUp(dump_.receive(onRow)))
                ++datagrams;
        return part();
    }

  private:
    /// How many datagrams (of 32 KiB at most) one receive() reads: events go in between.
    static constexpr int datagramsPerReceive = 4;

    void request(DiagDump part);
    bool takeUp(DumpSocket::Progress progress);

    Part part() const { return running_ ? Part::more : Part::last; }

    DumpSocket dump_;
    DiagDump ipv4_;
    DiagDump ipv6_;
    DiagDump asked_;
    bool running_ = false;
};

} // namespace subflowd::netlink
