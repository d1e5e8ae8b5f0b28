// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"
#include "netlink/event_codec.hpp"
#include "netlink/family.hpp"
#include "netlink/socket.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace subflowd::netlink {

/// What an EventSocket has seen since it was opened.
struct EventCounters {
    std::uint64_t events = 0;    ///< decoded and handed out
    std::uint64_t unknown = 0;   ///< events of a newer kernel
    std::uint64_t malformed = 0; ///< truncated, or without an attribute they need
    std::uint64_t foreign = 0;   ///< not from the kernel, or of another family
    std::uint64_t overruns = 0;  ///< times the kernel dropped events for want of buffer

    friend bool operator==(const EventCounters&, const EventCounters&) = default;
};

/// Whether the kernel dropped events since the last drain(): a snapshot has to be taken then.
enum class Overrun : std::uint8_t { no, yes };

/// Whether drain() should be called again before the next poll. It has to be after an overrun: the
/// kernel goes on dropping events until the queue is empty.
enum class Queue : std::uint8_t { empty, mayHoldMore };

struct Drained {
    std::span<const core::KernelEvent> events; ///< in the kernel's order; until the next drain()
    Overrun overrun = Overrun::no;
    Queue queue = Queue::empty;
};

/// The socket on `mptcp_pm_events`. drain() allocates nothing and never waits.
class EventSocket {
  public:
    /// Joins the group in the network namespace of the calling thread. `receiveBuffer` is in
    /// bytes, an event takes about 832 of twice as many; 0 keeps the kernel's default. Throws
    /// std::system_error, whose text says so if CAP_NET_ADMIN is missing.
    EventSocket(FamilyId family, GroupId events, std::size_t receiveBuffer);

    /// Takes over a socket that is a member of the group already.
    EventSocket(FamilyId family, Socket socket);

    /// Takes over the descriptor of an earlier EventSocket, with the events that came since;
    /// nothing if it is none of this network namespace. Owns the descriptor in either case.
    [[nodiscard]] static std::optional<EventSocket> adopt(FamilyId family, GroupId events,
                                                          std::size_t receiveBuffer, int fd);

    EventSocket(EventSocket&&) noexcept;
    EventSocket& operator=(EventSocket&&) noexcept;
    ~EventSocket();

    /// Reads up to `batch` events, fewer after times when fewer came.
    [[nodiscard]] Drained drain();

    [[nodiscard]] int fd() const noexcept { return socket_.fd(); }

    /// The bytes the kernel granted, in its own account (about 832 an event).
    [[nodiscard]] std::size_t receiveBuffer() const { return socket_.receiveBuffer(); }

    [[nodiscard]] const EventCounters& counters() const noexcept { return counters_; }

    /// The most events one drain() gives.
    static constexpr std::size_t batch = 32;

  private:
    struct Buffers;

    int receive(Overrun& overrun);
    void take(std::size_t slot);
    void add(const Decoded& decoded);

    Socket socket_;
    FamilyId family_;
    std::unique_ptr<Buffers> buffers_;
    std::array<core::KernelEvent, batch> events_{};
    std::size_t count_ = 0;
    /// Slots for the next read. Most events come alone, and recvmmsg() looks for a second one
    /// before it gives the first one away.
    unsigned offered_ = 1;
    EventCounters counters_;
};

} // namespace subflowd::netlink
