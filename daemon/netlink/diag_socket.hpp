// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/snapshot.hpp"
#include "netlink/diag_codec.hpp"
#include "netlink/dump_socket.hpp"

#include <cstdint>
#include <vector>

namespace subflowd::netlink {

/// Takes snapshots of the MPTCP connections and subflows of the network namespace.
class DiagSocket {
  public:
    enum class State : std::uint8_t {
        idle,    ///< never started, or the last snapshot is complete
        running, ///< between Begun and Ended
        failed,  ///< the last snapshot failed for good: see error(). No Ended was appended.
    };

    struct Counters {
        std::uint64_t snapshots = 0; ///< completed
        std::uint64_t failures = 0;  ///< dumps refused or lost by the kernel
        std::uint64_t repeated = 0;  ///< parts of snapshots done again: NLM_F_DUMP_INTR

        friend bool operator==(const Counters&, const Counters&) = default;
    };

    /// In the network namespace of the calling thread. Throws std::system_error.
    DiagSocket();

    /// What to watch for input, all the time; the descriptor never changes. Quiet unless running.
    [[nodiscard]] int fd() const { return dump_.fd(); }

    /// Appends Begun and asks for the first rows. A snapshot that runs starts anew. The parts have
    /// to reach the core before the next event does: what an event touched since Begun is kept.
    void start(core::snapshot::Occasion occasion, std::vector<core::SnapshotPart>& parts);

    /// Reads what waits, up to a bounded amount (256 KiB; the descriptor stays readable), and
    /// appends it; at last Ended. A dump that failed starts the snapshot anew, with a new Begun. To
    /// be called when fd() is readable.
    void receive(std::vector<core::SnapshotPart>& parts);

    [[nodiscard]] State state() const { return state_; }

    /// Why the last dump failed: a positive errno.
    [[nodiscard]] int error() const { return dump_.error(); }

    [[nodiscard]] Counters counters() const;

  private:
    /// How many datagrams (of 32 KiB at most) one receive() reads.
    static constexpr int datagramsPerReceive = 8;

    void request(DiagDump part);
    void receiveDatagram(std::vector<core::SnapshotPart>& parts);
    void partEnded(std::vector<core::SnapshotPart>& parts);
    void dumpFailed(std::vector<core::SnapshotPart>& parts);

    DumpSocket dump_;
    State state_ = State::idle;
    DiagDump part_ = DiagDump::connectionsIpv4;
    core::snapshot::Occasion occasion_ = core::snapshot::Occasion::start;
    unsigned failuresInARow_ = 0;
    Counters counters_;
};

} // namespace subflowd::netlink
