// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/histogram.hpp"
#include "core/link_settings.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/link.hpp>
#include <subflowd/reason.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the core shows of itself: whole values, made when somebody asks (D-Bus).
namespace subflowd::core {

struct SubflowReport {
    FourTuple tuple;
    LinkIndex link = noLink;
    AddressId localId{};
    AddressId remoteId{};
    SubflowState state = SubflowState::up;
    Priority priority = Priority::regular;
    Priority peerPriority = Priority::regular;
    bool initial = false;
    Instant since{};

    friend bool operator==(const SubflowReport&, const SubflowReport&) = default;
};

/// Who commands the subflows of a connection.
enum class ManagedBy : std::uint8_t {
    subflowd,
    kernel, ///< created under the in-kernel path manager: left alone
};

struct ConnectionReport {
    Token token{};
    Side side = Side::client;
    ConnectionState state = ConnectionState::created;
    JoinInitial joinInitial = JoinInitial::unknown;
    ManagedBy managedBy = ManagedBy::subflowd;
    FourTuple initial; ///< of the initial subflow, which may be gone
    std::string rule;  ///< empty: no rule matched
    Instant since{};
    std::vector<SubflowReport> subflows;
    std::vector<RemoteView> remotes; ///< announced by the peer
    std::vector<KnownId> announced;  ///< announced by this host

    friend bool operator==(const ConnectionReport&, const ConnectionReport&) = default;
};

/// One possible path of a connection: its state, and who decided so.
struct PathReport {
    Endpoint remote;
    IpAddress local;
    LinkIndex link = noLink;
    PathState state = PathState::idle;
    Reason reason;
    std::string by; ///< a policy's name, "guard", "limit", "kernel", "peer", "link" or "core"
    std::uint16_t attempts = 0;
    Instant nextTry = never; ///< never: waits for something else than time
    Failure lastFailure;

    friend bool operator==(const PathReport&, const PathReport&) = default;
};

struct LinkReport {
    LinkIndex index = noLink;
    std::string name;
    LinkKind kind = LinkKind::other;
    Role role = Role::primary;
    RoleSource source = RoleSource::builtIn; ///< of the role
    bool up = false;
    bool metered = false;
    std::vector<AddressView> addresses;
    bool drained = false; ///< an operator takes the subflows from it

    friend bool operator==(const LinkReport&, const LinkReport&) = default;
};

struct PolicyReport {
    std::string name;
    std::uint32_t strikes = 0; ///< calls of plan() that threw
    bool quarantined = false;  ///< after three strikes: no longer asked

    friend bool operator==(const PolicyReport&, const PolicyReport&) = default;
};

/// Since the start, except the counts of what exists.
struct Counters {
    std::uint64_t connections = 0; ///< existing
    std::uint64_t foreign = 0;     ///< existing, managed by the kernel
    std::uint64_t subflows = 0;    ///< existing, the initial ones included
    std::uint64_t pending = 0;     ///< existing, not answered
    std::uint64_t connectionsSeen = 0;
    std::uint64_t subflowsRequested = 0;
    std::uint64_t subflowsEstablished = 0;
    std::uint64_t subflowsFailed = 0; ///< requested, and refused or never established
    std::uint64_t subflowsClosed = 0; ///< established, and then closed
    std::uint64_t commands = 0;
    std::uint64_t commandsRefused = 0;
    std::uint64_t eventsLost = 0; ///< times, not events: the kernel does not count them for us
    std::uint64_t resyncs = 0;
    std::uint64_t repairs = 0;              ///< differences that snapshots found
    std::uint64_t audits = 0;               ///< comparisons with the kernel, without a need
    std::uint64_t auditRepairs = 0;         ///< those of `repairs` that audits led to
    std::uint64_t joinsTimedOut = 0;        ///< cancelled, because nobody answered
    std::uint64_t joinsDelayed = 0;         ///< times a budget of [Guard] made a join wait
    std::uint64_t announcementsSent = 0;    ///< ADD_ADDR of this host, repeated ones included
    std::uint64_t announcementsRefused = 0; ///< of peers: the guard does not allow the address
    std::uint64_t announcementsIgnored = 0; ///< of peers: too many, or an id that changed
    std::uint64_t inboundRefused = 0;       ///< subflows of peers that were over a limit

    friend bool operator==(const Counters&, const Counters&) = default;
};

/// How long things took, since the start. What the core itself needs for a step is not among them:
/// to the core a step is a moment.
struct Latencies {
    Histogram commandToAck;     ///< from the step that issued a command until its ack or refusal
    Histogram ackToEstablished; ///< from the ack of a SUBFLOW_CREATE, whose SYN is out by then,
                                ///< until the subflow's event; nothing if that overtook the ack
    Histogram snapshot;         ///< snapshots of connections, those of audits included

    friend bool operator==(const Latencies&, const Latencies&) = default;
};

} // namespace subflowd::core
