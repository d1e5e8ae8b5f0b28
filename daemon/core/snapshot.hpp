// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"

#include <subflowd/connection.hpp>

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

/// What inet_diag tells of the connections that exist: at start, and whenever events were lost.
/// Rows come between Begun and Ended, while events go on; what was not mentioned and not touched
/// by an event since Begun is gone.
namespace subflowd::core {

namespace snapshot {

/// Why a snapshot is taken.
enum class Occasion : std::uint8_t {
    start,
    eventsLost, ///< or something proved that they were
    audit,      ///< to compare, not to repair
};

struct Begun {
    Occasion occasion = Occasion::start;
    friend bool operator==(const Begun&, const Begun&) = default;
};

/// What inet_diag does not tell and the state file kept.
struct Remembered {
    JoinInitial joinInitial = JoinInitial::unknown;
    Side side = Side::client;
    std::vector<RemoteView> announced; ///< the instants are epoch

    friend bool operator==(const Remembered&, const Remembered&) = default;
};

/// A row of the MPTCP dump.
struct Connection {
    Token token{};
    FourTuple initial; ///< of the initial subflow, which may be gone
    std::optional<Remembered> remembered;

    friend bool operator==(const Connection&, const Connection&) = default;
};

/// A row of the TCP dump with ULP_INFO "mptcp". Rows of a connection follow the connection's.
struct Subflow {
    Token token{}; ///< MPTCP_SUBFLOW_ATTR_TOKEN_LOC
    FourTuple tuple;
    AddressId localId{};
    AddressId remoteId{};
    SubflowState state = SubflowState::up;     ///< pending: SYN_SENT
    Priority priority = Priority::regular;     ///< MPTCP_SUBFLOW_FLAG_BKUP_LOC
    Priority peerPriority = Priority::regular; ///< MPTCP_SUBFLOW_FLAG_BKUP_REM
    bool initial = false;                      ///< not a join
    bool openedHere = false;                   ///< MCAP_LOC or JOIN_LOC: this side sent the SYN
    bool fullyEstablished = false;             ///< MPTCP_SUBFLOW_FLAG_FULLY_ESTABLISHED
    LinkIndex boundTo = noLink;                ///< idiag_if

    friend bool operator==(const Subflow&, const Subflow&) = default;
};

/// An MPTCP listening socket: its port tells on which side a connection was opened.
struct Listener {
    Endpoint local;
    friend bool operator==(const Listener&, const Listener&) = default;
};

struct Ended {
    friend bool operator==(const Ended&, const Ended&) = default;
};

} // namespace snapshot

using SnapshotPart = std::variant<snapshot::Begun, snapshot::Connection, snapshot::Subflow,
                                  snapshot::Listener, snapshot::Ended>;

} // namespace subflowd::core
