// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/report.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What the daemon told, as the renderings need it. Values only. Words that the daemon sent as
/// words stay words: a newer daemon may know more of them.
namespace subflowd::ctl {

using Microseconds = std::chrono::duration<std::uint64_t, std::micro>;

struct Subflow {
    Endpoint local; ///< port 0 while the kernel has not told it
    Endpoint remote;
    std::string link; ///< empty: not known
    AddressId localId{};
    AddressId remoteId{};
    SubflowState state = SubflowState::up;
    Priority priority = Priority::regular;
    Priority peerPriority = Priority::regular;
    bool initial = false;
    std::optional<Microseconds> age; ///< nothing: not known

    friend bool operator==(const Subflow&, const Subflow&) = default;
};

/// An address one side announced.
struct Announcement {
    Endpoint endpoint; ///< port 0: the connection's own
    AddressId id{};

    friend bool operator==(const Announcement&, const Announcement&) = default;
};

struct Connection {
    Token token{};
    Side side = Side::client;
    ConnectionState state = ConnectionState::created;
    JoinInitial joinInitial = JoinInitial::unknown;
    std::optional<core::ManagedBy> managedBy = core::ManagedBy::subflowd; ///< nothing: not known
    std::string rule;                ///< empty: no rule matched, or it is not known
    Endpoint local;                  ///< of the initial subflow, which may be gone
    Endpoint remote;                 ///< likewise
    std::optional<Microseconds> age; ///< nothing: not known
    std::vector<Subflow> subflows;
    std::vector<Announcement> remotes;   ///< by the peer
    std::vector<Announcement> announced; ///< by this host

    friend bool operator==(const Connection&, const Connection&) = default;
};

struct PathFailure {
    std::string cause;
    std::string error;       ///< "ECONNREFUSED"; empty: none
    std::string resetReason; ///< of the peer; empty: none
    bool transient = false;

    friend bool operator==(const PathFailure&, const PathFailure&) = default;
};

struct Path {
    IpAddress local;
    Endpoint remote;
    std::string link; ///< empty: not known
    std::string state;
    std::string reasonCode;
    std::string reason; ///< a sentence without a full stop; empty: none was given
    std::string by;
    std::uint16_t attempts = 0;
    std::optional<Microseconds> nextTry;    ///< from now
    std::optional<PathFailure> lastFailure; ///< none: it never failed

    friend bool operator==(const Path&, const Path&) = default;
};

struct LinkAddress {
    IpAddress address;
    std::string usability;
    bool temporary = false;

    friend bool operator==(const LinkAddress&, const LinkAddress&) = default;
};

struct Link {
    LinkIndex index = noLink;
    std::string name;
    std::string kind;
    std::string role;
    bool up = false;
    std::vector<LinkAddress> addresses;
    std::string source = "default"; ///< who gave it the role
    bool metered = false;

    friend bool operator==(const Link&, const Link&) = default;
};

struct Policy {
    std::string name;
    std::uint32_t strikes = 0; ///< calls that threw
    bool quarantined = false;
    std::string summary;                        ///< only if its object was asked
    std::map<std::string, std::string> options; ///< likewise; every one that it has

    friend bool operator==(const Policy&, const Policy&) = default;
};

struct LatencyBucket {
    std::optional<Microseconds> atMost; ///< none: no bound
    std::uint64_t count = 0;

    friend bool operator==(const LatencyBucket&, const LatencyBucket&) = default;
};

/// How long something took, each time since the daemon's start.
struct Latency {
    Microseconds sum{};
    std::vector<LatencyBucket> buckets; ///< from short to long

    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (const auto& bucket : buckets)
            all += bucket.count;
        return all;
    }

    friend bool operator==(const Latency&, const Latency&) = default;
};

struct Status {
    std::string version;
    std::string mode;
    std::string state;
    Microseconds uptime{};
    std::string pathManager; ///< empty: it cannot be read
    std::vector<std::string> kernelFeatures;
    std::vector<std::string> problems;
    std::map<std::string, std::uint64_t> counts;
    std::uint64_t eventsLost = 0;
    std::uint64_t resyncs = 0;
    std::map<std::string, Latency> latencies;
    std::vector<Policy> policies;

    friend bool operator==(const Status&, const Status&) = default;
};

} // namespace subflowd::ctl
