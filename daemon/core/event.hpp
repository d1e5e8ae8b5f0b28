// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>

#include <cstdint>
#include <optional>
#include <variant>

/// What the kernel reports on `mptcp_pm_events`, one struct an event (enum mptcp_event_type).
/// Host byte order; v4-mapped addresses are IPv4 here, and `AddressForm` says that they were not,
/// because SUBFLOW_DESTROY compares the form.
namespace subflowd::core {

/// How the kernel writes the addresses of a subflow: as its socket's family has it.
enum class AddressForm : std::uint8_t {
    plain,  ///< IPv4 as AF_INET, IPv6 as AF_INET6
    mapped, ///< IPv4 as AF_INET6 (::ffff:a.b.c.d)
};

/// The two ends of a subflow, the local one first whichever side opened it.
struct FourTuple {
    Endpoint local;
    Endpoint remote;
    AddressForm form = AddressForm::plain;

    friend bool operator==(const FourTuple& a, const FourTuple& b) {
        return a.local == b.local && a.remote == b.remote;
    }
};

namespace event {

/// MPTCP_EVENT_CREATED and MPTCP_EVENT_ESTABLISHED: they carry the same attributes.
struct Connection {
    Token token{};
    Side side = Side::client;
    JoinInitial joinInitial = JoinInitial::unknown;
    FourTuple initial;

    friend bool operator==(const Connection&, const Connection&) = default;
};

struct Created : Connection {
    friend bool operator==(const Created&, const Created&) = default;
};

struct Established : Connection {
    friend bool operator==(const Established&, const Established&) = default;
};

/// MPTCP_EVENT_CLOSED: the application closed it. Also for tokens that were never created.
struct Closed {
    Token token{};
    friend bool operator==(const Closed&, const Closed&) = default;
};

/// MPTCP_EVENT_ANNOUNCED: an ADD_ADDR; repeated for every retransmission.
struct Announced {
    Token token{};
    AddressId id{};
    Endpoint remote;
    friend bool operator==(const Announced&, const Announced&) = default;
};

/// MPTCP_EVENT_REMOVED: one id of a REMOVE_ADDR, known or not.
struct Removed {
    Token token{};
    AddressId id{};
    friend bool operator==(const Removed&, const Removed&) = default;
};

/// What the three subflow events share.
struct Subflow {
    Token token{};
    FourTuple tuple; ///< remote port 0 if a pending join was cancelled
    AddressId localId{};
    AddressId remoteId{};
    Priority peerPriority = Priority::regular; ///< MPTCP_ATTR_BACKUP is the peer's wish
    LinkIndex boundTo = noLink;                ///< MPTCP_ATTR_IF_IDX: only if the socket is bound

    friend bool operator==(const Subflow&, const Subflow&) = default;
};

/// MPTCP_EVENT_SUB_ESTABLISHED: an additional subflow, at the SYN-ACK on the side that joins.
struct SubflowEstablished : Subflow {
    friend bool operator==(const SubflowEstablished&, const SubflowEstablished&) = default;
};

/// MPTCP_EVENT_SUB_CLOSED: any subflow, the initial one and failed joins included.
struct SubflowClosed : Subflow {
    std::uint8_t error = 0;                  ///< errno (MPTCP_ATTR_ERROR), 0 if none
    std::optional<std::uint8_t> resetReason; ///< MPTCP_ATTR_RESET_REASON
    bool resetTransient = false;             ///< MPTCP_ATTR_RESET_FLAGS, the T bit

    friend bool operator==(const SubflowClosed&, const SubflowClosed&) = default;
};

/// MPTCP_EVENT_SUB_PRIORITY: the peer sent MP_PRIO.
struct SubflowPriority : Subflow {
    friend bool operator==(const SubflowPriority&, const SubflowPriority&) = default;
};

/// MPTCP_EVENT_LISTENER_CREATED and MPTCP_EVENT_LISTENER_CLOSED.
struct Listener {
    enum class Change : std::uint8_t { opened, closed };
    Change change = Change::opened;
    Endpoint local; ///< the address may be unspecified
    friend bool operator==(const Listener&, const Listener&) = default;
};

} // namespace event

using KernelEvent = std::variant<event::Created, event::Established, event::Closed,
                                 event::Announced, event::Removed, event::SubflowEstablished,
                                 event::SubflowClosed, event::SubflowPriority, event::Listener>;

} // namespace subflowd::core
