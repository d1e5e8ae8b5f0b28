// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/network.hpp"
#include "netlink/dump_socket.hpp"
#include "netlink/route_codec.hpp"
#include "netlink/socket.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace subflowd::netlink {

/// The host's links, addresses and routes: a dump, and every change from then on.
///
/// While a dump runs, changes wait unread in the kernel's buffer, so that no row of the dump
/// overwrites a newer change. A dump is done again by itself when changes were lost (ENOBUFS) and
/// when routes changed without a message.
class RouteSocket {
  public:
    enum class State : std::uint8_t {
        following, ///< changes are reported as they come
        dumping,   ///< between DumpBegun and DumpEnded
        failed,    ///< the last dump failed for good: see error(). Changes are still reported;
                   ///< startDump() tries again.
    };

    struct Counters {
        std::uint64_t dumps = 0;       ///< completed
        std::uint64_t failedDumps = 0; ///< refused or lost by the kernel
        std::uint64_t repeated = 0;    ///< parts of dumps done again: NLM_F_DUMP_INTR
        std::uint64_t overruns = 0;    ///< times changes were lost: ENOBUFS
        std::uint64_t refreshes = 0;   ///< dumps because routes changed silently

        friend bool operator==(const Counters&, const Counters&) = default;
    };

    /// Subscribes, in the network namespace of the calling thread. Throws std::system_error.
    RouteSocket();

    /// What to watch for input, all the time; the descriptors never change.
    [[nodiscard]] std::array<int, 2> fds() const { return {live_.fd(), dump_.fd()}; }

    /// Starts a dump and appends its DumpBegun. A dump that runs starts anew.
    void startDump(std::vector<core::NetworkChange>& changes);

    /// Reads what waits, up to a bounded amount (256 KiB; the descriptors stay readable), and
    /// appends it. To be called when a descriptor of fds() is readable.
    void receive(std::vector<core::NetworkChange>& changes);

    [[nodiscard]] State state() const { return state_; }

    /// Why the last dump failed: a positive errno.
    [[nodiscard]] int error() const { return dump_.error(); }

    [[nodiscard]] Counters counters() const;

  private:
    /// How many datagrams (of 32 KiB at most) one receive() reads.
    static constexpr int datagramsPerReceive = 8;

    void request(RouteDump part);
    void continueDump(std::vector<core::NetworkChange>& changes);
    void partEnded(std::vector<core::NetworkChange>& changes);
    void dumpFailed(std::vector<core::NetworkChange>& changes);
    bool follow(std::vector<core::NetworkChange>& changes);
    void refreshIfNeeded(std::vector<core::NetworkChange>& changes);
    void decodeLive(Bytes datagram, std::vector<core::NetworkChange>& changes);

    Socket live_;
    DumpSocket dump_;
    std::vector<std::byte> buffer_;
    State state_ = State::following;
    RouteDump part_ = RouteDump::links;
    unsigned failuresInARow_ = 0;
    bool refreshNeeded_ = false;
    Counters counters_;
};

} // namespace subflowd::netlink
