// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>
#include <subflowd/link.hpp>
#include <subflowd/time.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace subflowd {

/// Which end of the connection this host is.
enum class Side : std::uint8_t { client, server };

/// The priority of a subflow: backup is the B bit of RFC 8684 §3.3.8.
enum class Priority : std::uint8_t { regular, backup };

/// Whether further subflows may go to the peer's initial address and port: the C flag of
/// RFC 8684 §3.1, MPTCP_PM_EV_FLAG_DENY_JOIN_ID0. Some kernels do not tell.
enum class JoinInitial : std::uint8_t { unknown, allowed, denied };

/// How far a connection has come.
enum class ConnectionState : std::uint8_t {
    created,     ///< MP_CAPABLE was exchanged; no subflow can be added yet
    established, ///< fully established: subflows can be added
};

/// The life of a path, per connection.
enum class PathState : std::uint8_t {
    idle,      ///< never tried, or nobody wants it
    pending,   ///< a subflow was asked for and has not been answered
    up,        ///< a subflow is established, for less than two round trips
    confirmed, ///< a subflow survived two round trips: the peer accepted it
    suspect,   ///< its subflow seems dead
    draining,  ///< its subflow sends nothing new and will be retired
    failed,    ///< the last attempt or subflow ended; waits for a network change or a policy
};

/// Why the last attempt on a path, or its last subflow, ended.
enum class Cause : std::uint8_t {
    none,
    expected,       ///< the daemon asked for it
    refusedLocally, ///< the kernel refused the command (see `error`)
    localGone,      ///< the local address is not on the host (EADDRNOTAVAIL)
    noRoute,        ///< no route, or link down (ENETUNREACH, EHOSTUNREACH, ENODEV)
    refused,        ///< RST on the SYN (ECONNREFUSED)
    unreachable,    ///< ICMP unreachable answered the SYN
    timedOut,       ///< no answer to the SYN, or an established subflow timed out
    notMultipath,   ///< the peer answered without MPTCP
    rejected,       ///< established, then closed at once without error: the peer's limit
    reset,          ///< RST without a reason of the peer's MPTCP stack (middlebox, crash)
    resetByPeer,    ///< RST with MP_TCPRST (RFC 8684 §3.6; see `resetReason`)
    closedByPeer,   ///< closed in good order by the peer after a while
    withdrawn,      ///< the peer removed the address (REMOVE_ADDR)
    staleRemoval,   ///< the peer obeyed this host's REMOVE_ADDR of before, which the join overtook
    abortedOnHost,  ///< somebody on this host killed the socket (ECONNABORTED)
    lost,           ///< gone while the daemon was not looking
};

/// Whether a cause says something of the network in between, and not of the peer or this host.
constexpr bool blamesNetwork(Cause cause) {
    return cause == Cause::timedOut || cause == Cause::unreachable || cause == Cause::noRoute ||
           cause == Cause::reset;
}

/// How a path failed.
struct Failure {
    Cause cause = Cause::none;
    std::uint8_t error = 0; ///< errno (MPTCP_ATTR_ERROR or the command's), 0 if none
    std::optional<std::uint8_t> resetReason; ///< MPTCP_ATTR_RESET_REASON (RFC 8684 §3.6)
    bool transient = false;                  ///< the T bit of MP_TCPRST

    friend bool operator==(const Failure&, const Failure&) = default;
};

/// Where the peer's address of a path comes from.
enum class RemoteOrigin : std::uint8_t {
    initial,   ///< the address and port of the initial subflow
    announced, ///< ADD_ADDR (RFC 8684 §3.4.1)
    observed,  ///< the peer opened a subflow from there
};

/// A path: a local address on a link to a remote endpoint. What a policy wants or forbids.
struct PathView {
    LinkIndex link = noLink;
    IpAddress local;
    Endpoint remote;
    RemoteOrigin origin = RemoteOrigin::initial;
    PathState state = PathState::idle;
    Usability usability = Usability::usable; ///< of the local address, for this remote
    std::uint8_t subflows = 0;               ///< that exist or were asked for on this path
    std::uint16_t attempts = 0;              ///< since the path was last confirmed
    std::uint16_t failures = 0; ///< in a row; a subflow that lived for 30 s begins a new row
    Duration lasted{};          ///< how long the last subflow that ended had been established
    bool carried = false;       ///< a subflow that ended had been confirmed: the path works, or did
    Failure lastFailure;
    Instant lastChange{}; ///< when `state` last changed; epoch: never

    /// When an attempt or a subflow failed, and none that began later succeeded; never: none did.
    /// Beside a sibling that lives, `state` does not tell.
    Instant failed = never;

    Instant tried{}; ///< when the last attempt was begun; epoch: never

    /// When a join over this link to this remote host was last answered, after others were not, on
    /// whichever connection; epoch: never.
    Instant answered{};

    friend bool operator==(const PathView&, const PathView&) = default;
};

/// The life of a subflow.
enum class SubflowState : std::uint8_t {
    pending,  ///< the SYN was sent
    up,       ///< established
    suspect,  ///< established, but what it sent is not acknowledged (Needs::health)
    draining, ///< sends nothing new and will be retired
};

/// A subflow that exists or was asked for.
struct SubflowView {
    PathId path{};
    Endpoint local; ///< port 0 while the kernel has not told it
    Endpoint remote;
    AddressId localId{};
    AddressId remoteId{};
    SubflowState state = SubflowState::up;
    Priority priority = Priority::regular;     ///< what this side asked for
    Priority peerPriority = Priority::regular; ///< what the peer asked for (MPTCP_ATTR_BACKUP)
    bool initial = false;                      ///< the first subflow of the connection
    bool successor = false;                    ///< is to take the place of another on its path
    Instant since{};                           ///< established at; asked for at, while pending
    Instant suspect = never;                   ///< since when it seems dead

    friend bool operator==(const SubflowView&, const SubflowView&) = default;
};

/// An address the peer announced and did not withdraw.
struct RemoteView {
    Endpoint endpoint;
    AddressId id{};
    Instant announced{}; ///< for the first time
    Instant refreshed{}; ///< for the last time: ADD_ADDR is repeated to ask for another attempt

    friend bool operator==(const RemoteView&, const RemoteView&) = default;
};

/// An address that this host announced on the connection and did not withdraw.
struct AnnouncementView {
    Endpoint local; ///< port 0: the connection's own
    AddressId id{};
    Instant since{};           ///< when ADD_ADDR was last asked for
    std::uint8_t times = 1;    ///< how often it was asked for: 1, and more with Delivery::again
    bool acknowledged = false; ///< the kernel took it; whether it reached the peer nobody tells

    friend bool operator==(const AnnouncementView&, const AnnouncementView&) = default;
};

/// What an event does not say and inet_diag does (Policy::needs()).
struct ConnectionFacts {
    std::uint32_t owner = 0;        ///< uid of the socket (idiag_uid)
    std::uint32_t mark = 0;         ///< SO_MARK (INET_DIAG_MARK)
    std::uint64_t cgroup = 0;       ///< cgroup v2 id (INET_DIAG_CGROUP_ID)
    LinkIndex boundDevice = noLink; ///< SO_BINDTODEVICE (idiag_if)

    friend bool operator==(const ConnectionFacts&, const ConnectionFacts&) = default;
};

/// How much a subflow carries (struct tcp_info of inet_diag), as it was when it was last looked at
/// (Plan::measure()). What a kernel does not tell is 0.
struct Measurement {
    Instant when{};                 ///< epoch: not yet
    std::uint64_t acknowledged = 0; ///< bytes sent that the peer acknowledged (tcpi_bytes_acked)
    std::uint64_t received = 0;     ///< bytes (tcpi_bytes_received)
    std::uint64_t sendingRate = 0;  ///< bytes a second that were acknowledged since the look before
    std::uint64_t deliveryRate = 0; ///< bytes a second that arrive (tcpi_delivery_rate), whatever
                                    ///< the application left to do
    std::uint64_t pacingRate = 0;   ///< bytes a second at most (tcpi_pacing_rate)
    Duration leastRoundTrip{};      ///< (tcpi_min_rtt)

    friend bool operator==(const Measurement&, const Measurement&) = default;
};

/// What a policy knows of a connection beyond what it is shown (Plan::remember()); all 0: nothing.
using Memory = std::array<std::uint64_t, 4>;

/// A connection, as a policy sees it. Everything lives as long as the call.
struct ConnectionView {
    Token token{};
    Side side = Side::client;
    ConnectionState state = ConnectionState::created;
    JoinInitial joinInitial = JoinInitial::unknown;
    Endpoint local;                       ///< of the initial subflow
    Endpoint remote;                      ///< of the initial subflow
    Instant since{};                      ///< created, or learned of
    Instant stranded = never;             ///< since when it has no established subflow
    std::optional<ConnectionFacts> facts; ///< if a policy of the chain needs them

    /// Every path the host and the peer offer, each with its history: the local addresses times
    /// the initial remote and the announced ones, as far as the families fit. Paths with no
    /// usable local address appear while they have a subflow or a history.
    std::span<const PathView> paths;

    std::span<const SubflowView> subflows;
    std::span<const RemoteView> announced;           ///< by the peer
    std::span<const AnnouncementView> announcements; ///< by this host

    /// Of each subflow, in the order of `subflows`; empty unless a plan asked for it.
    std::span<const Measurement> measurements;

    Memory remembered{}; ///< of this policy and this connection
};

} // namespace subflowd
