// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/join_budget.hpp"
#include "core/link_table.hpp"
#include "core/remote_table.hpp"
#include "core/report.hpp"
#include "core/short_table.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/plan.hpp>
#include <subflowd/reason.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

/// What is kept of a connection. Compact: there may be many.
///
/// A path is a local address and a remote endpoint; it is remembered from the first time somebody
/// wants it or a subflow is seen on it. A subflow belongs to a path. Both tables of a connection
/// are short, so they are searched, not indexed.
namespace subflowd::core {

/// What was last decided about a path.
enum class Verdict : std::uint8_t { none, wanted, forbidden, held };

/// Who decided: the index of a policy in the configuration, or one of the core's own voices.
enum class Voice : std::uint8_t {
    core = 0xff,
    guard = 0xfe,
    limit = 0xfd,
    link = 0xfc,
    kernel = 0xfb,
    peer = 0xfa,
    byOperator = 0xf9,
};

/// What the kernel's table of a connection's local addresses has of an address because of a join.
/// It is keyed by address and port, and an id may stand for one entry only (K14).
enum class TableEntry : std::uint8_t {
    none,
    ofAddress, ///< without a port
    ofPort,    ///< with the port that was chosen for a join
};

struct Path {
    LocalRef local{};
    RemoteRef remote{};
    RemoteOrigin origin = RemoteOrigin::initial;
    PathState state = PathState::idle;
    Verdict verdict = Verdict::none;
    Voice by = Voice::core;
    Priority priority = Priority::regular; ///< as wanted
    AddressId remoteId{};
    TableEntry entry = TableEntry::none; ///< of the local address, because of a join by this path
    bool carried = false;                ///< a subflow that ended had been confirmed
    bool removalSent = false;   ///< RM_ADDR went out for a subflow, and no later one ended yet
    bool makesRoom = false;     ///< its subflow was ended for a peer that takes no other beside it
    Failure failure;            ///< of the last attempt or subflow that did
    std::uint16_t attempts = 0; ///< since it was last confirmed
    std::uint16_t failures = 0; ///< in a row
    std::uint32_t serial = 0;   ///< the local address's when `state` last changed, or it failed
    Duration lasted{};          ///< of the last subflow that ended
    Instant failedAt = never;   ///< when an attempt or subflow did, and none begun later succeeded
    Instant lastChange{};
    Instant tried{}; ///< when the last attempt was begun
    Instant nextTry{};
    Instant released{}; ///< when an operator last had it tried again
    Reason reason;
};

/// A peer that was given room has to notice first: a join that comes in the same moment as the end
/// of what was there is one too many again.
inline Instant roomFrom(const Path& path) {
    constexpr Duration notice = std::chrono::milliseconds(250);
    return path.makesRoom ? path.lastChange + notice : Instant{};
}

/// Who opened a subflow.
enum class Opener : std::uint8_t {
    daemon,
    application, ///< the initial subflow of a client
    peer,
    unknown, ///< found in a snapshot
};

/// Whether a budget pays for a join.
enum class Charge : std::uint8_t { none, taken, givenBack };

/// Which limit of [Guard] a subflow that a peer opened is over.
enum class Excess : std::uint8_t { none, ofPeer, overall, rate };

struct Subflow {
    /// The kernel has not taken the command yet.
    static constexpr std::uint32_t notAcked = UINT32_MAX;

    std::uint16_t path = 0;      ///< index into Connection::paths
    std::uint16_t localPort = 0; ///< 0 while the kernel has not told it
    std::uint16_t succeeds = 0; ///< the local port of the one on its path whose place it is to take
    SubflowState state = SubflowState::up;
    bool closing = false;       ///< its end was commanded
    bool timedOut : 1 = false;  ///< a join that is cancelled because nobody answered
    bool vanished : 1 = false;  ///< a join that inet_diag did not show when it was to be cancelled
    bool unwanted : 1 = false;  ///< the policy that wanted it dropped it
    bool counted : 1 = false;   ///< in the census of what peers opened
    std::uint8_t portTries = 0; ///< local ports that were chosen for it, while pending
    Charge charge = Charge::none;
    Excess excess = Excess::none;
    bool initial = false;
    bool ordered = false; ///< its priority follows an order
    Opener opener = Opener::unknown;
    AddressForm form = AddressForm::plain;
    Priority priority = Priority::regular;
    Priority peerPriority = Priority::regular;
    std::optional<Priority> asked; ///< a priority that was commanded and not acknowledged
    AddressId localId{};
    AddressId remoteId{};
    CommandId create{};          ///< the command that asked for it, while pending
    std::uint32_t seen = 0;      ///< the snapshot that saw it last
    std::uint32_t roundTrip = 0; ///< microseconds from SYN to SYN-ACK, if the daemon opened it
    std::uint32_t ackedAfter = notAcked; ///< microseconds from `since`, while pending
    Instant since{};                     ///< when `state` last changed
    Instant suspected = never;           ///< since when it seems dead; `state` stays up
};

/// An address that the peer announced.
struct Remote {
    RemoteRef ref{};
    AddressId id{};
    Instant announced{};
    Instant refreshed{};
};

/// A remote address that the peer withdrew: its subflows are closed by its kernel, or by the
/// daemon after a grace (K17).
struct Withdrawal {
    static constexpr Duration grace = std::chrono::milliseconds(200);

    RemoteRef ref{};
    AddressId id{};
    Instant heard{};

    Instant due() const { return heard + grace; }
};

/// An address that this host announced.
struct OwnAnnouncement {
    LocalRef local{};
    std::uint16_t port = 0;
    AddressId id{};
    bool acknowledged = false;
    bool refused = false;   ///< the kernel would not: another configuration may change that
    std::uint8_t times = 1; ///< how often it was sent
    Instant since{};        ///< when it was last sent
};

/// The end of a subflow that was commanded and acknowledged; its event is still to come.
struct AwaitedEnd {
    FourTuple tuple;
    Instant since{};
};

/// The id of a local address on this connection, where it is not the host's.
struct LocalIdEntry {
    LocalRef local{};
    AddressId id{};
};

/// How far the daemon is in learning which ids the kernel gave to local addresses.
enum class IdsState : std::uint8_t {
    trusted, ///< no command was refused for its id
    asked,   ///< the kernel was asked; what was refused waits for the answer
    told,    ///< it answered, and no command has shown yet whether that helps
};

/// Whether ConnectionFacts are there.
enum class FactsState : std::uint8_t { notNeeded, asked, known };

struct Connection {
    Token token{};
    Side side = Side::client;
    ConnectionState state = ConnectionState::created;
    JoinInitial joinInitial = JoinInitial::unknown;
    ManagedBy managedBy = ManagedBy::subflowd;
    FactsState factsState = FactsState::notNeeded;
    IdsState idsState = IdsState::trusted;
    AddressForm form = AddressForm::plain;
    bool sideKnown = true;    ///< false: only a snapshot's guess
    bool partial = false;     ///< known by a token only: a snapshot must tell the rest
    bool deviceKnown = false; ///< `confinement` has the device that the socket is bound to, if any
    bool queued = false;      ///< stands in the line of those that wait for a budget
    bool undecided = false;   ///< which rule is its own only the facts will tell
    bool watched = false;     ///< a policy wants to know whether its subflows are alive
    std::int16_t rule = -1;   ///< index into the configuration; -1: none matched
    LocalRef local{};         ///< of the initial subflow
    RemoteRef remote{};
    std::uint16_t localPort = 0;
    std::uint32_t seen = 0; ///< the snapshot that saw it last
    Instant since{};
    Instant timer = never;    ///< when it is to be looked at again
    Instant stranded = never; ///< since when it has no established subflow
    Instant mayAnnounce{};    ///< one ADD_ADDR or RM_ADDR at a time
    Instant released{};       ///< when an operator last had every path tried again
    Bucket joins;             ///< that the peer provoked
    Bucket inboundJoins;
    LinkIndex confinement = noLink; ///< the tunnel, VRF or device that no subflow may leave
    std::optional<ConnectionFacts> facts;
    ShortTable<Path> paths;
    ShortTable<Subflow> subflows;
    ShortTable<Remote> announced;
    ShortTable<Withdrawal> withdrawn;
    ShortTable<OwnAnnouncement> announcements;
    ShortTable<LocalIdEntry> ids;
    ShortTable<AwaitedEnd> endings; ///< acknowledged ends whose events are still to come
};

/// Whether a subflow counts as one: it exists or is on its way, and nobody is ending it.
inline bool alive(const Subflow& subflow) {
    return !subflow.closing && subflow.state != SubflowState::draining;
}

/// Whether a subflow is to take the place of another.
inline bool isSuccessor(const Subflow& subflow) {
    return subflow.succeeds != 0;
}

/// Whether a subflow takes a place where subflows are counted.
inline bool counts(const Subflow& subflow) {
    return alive(subflow) && !isSuccessor(subflow);
}

inline bool isSuspect(const Subflow& subflow) {
    return subflow.suspected != never && alive(subflow);
}

/// Whether data gets through a subflow, as far as is known, and it is nobody's successor.
inline bool carries(const Subflow& subflow) {
    return counts(subflow) && subflow.state == SubflowState::up && !isSuspect(subflow);
}

/// The priority that a subflow has once the kernel has done what was asked.
inline Priority intendedPriority(const Subflow& subflow) {
    return subflow.asked.value_or(subflow.priority);
}

/// How a subflow is shown.
inline SubflowState shownState(const Subflow& subflow) {
    if (subflow.closing)
        return SubflowState::draining;
    return isSuspect(subflow) ? SubflowState::suspect : subflow.state;
}

/// Whether the daemon asked for a subflow and nobody answered yet.
inline bool isPendingJoin(const Subflow& subflow) {
    return subflow.state == SubflowState::pending && subflow.opener == Opener::daemon;
}

/// Whether a path has a join that nobody answered yet.
inline bool hasPending(const Connection& connection, std::uint16_t path) {
    return std::ranges::any_of(connection.subflows, [path](const Subflow& subflow) {
        return subflow.path == path && subflow.state == SubflowState::pending;
    });
}

/// What the peer announced of a remote endpoint and did not withdraw; null: nothing.
inline const Remote* announcementOf(const Connection& connection, RemoteRef remote) {
    const auto at = std::ranges::find(connection.announced, remote, &Remote::ref);
    return at == connection.announced.end() ? nullptr : &*at;
}

} // namespace subflowd::core
