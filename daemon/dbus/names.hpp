// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "core/report.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/link.hpp>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// The words that D-Bus, JSON and subflowctl use for the enumerators, in one place. Stable:
/// scripts read them.
namespace subflowd::dbus {

/// What a number beyond the known enumerators is called (a newer daemon may send one).
inline constexpr std::string_view unknownName = "unknown";

constexpr std::string_view nameOf(Side side) {
    switch (side) {
    case Side::client:
        return "client";
    case Side::server:
        return "server";
    }
    return unknownName;
}

constexpr std::string_view nameOf(Priority priority) {
    switch (priority) {
    case Priority::regular:
        return "regular";
    case Priority::backup:
        return "backup";
    }
    return unknownName;
}

constexpr std::string_view nameOf(ConnectionState state) {
    switch (state) {
    case ConnectionState::created:
        return "created";
    case ConnectionState::established:
        return "established";
    }
    return unknownName;
}

constexpr std::string_view nameOf(SubflowState state) {
    switch (state) {
    case SubflowState::pending:
        return "pending";
    case SubflowState::up:
        return "up";
    case SubflowState::suspect:
        return "suspect";
    case SubflowState::draining:
        return "draining";
    }
    return unknownName;
}

constexpr std::string_view nameOf(PathState state) {
    switch (state) {
    case PathState::idle:
        return "idle";
    case PathState::pending:
        return "pending";
    case PathState::up:
        return "up";
    case PathState::confirmed:
        return "confirmed";
    case PathState::suspect:
        return "suspect";
    case PathState::draining:
        return "draining";
    case PathState::failed:
        return "failed";
    }
    return unknownName;
}

constexpr std::string_view nameOf(core::ManagedBy managedBy) {
    switch (managedBy) {
    case core::ManagedBy::subflowd:
        return "subflowd";
    case core::ManagedBy::kernel:
        return "kernel";
    }
    return unknownName;
}

constexpr std::string_view nameOf(Role role) {
    switch (role) {
    case Role::primary:
        return "primary";
    case Role::backup:
        return "backup";
    case Role::standby:
        return "standby";
    case Role::ignore:
        return "ignore";
    }
    return unknownName;
}

constexpr std::string_view nameOf(core::RoleSource source) {
    switch (source) {
    case core::RoleSource::builtIn:
        return "default";
    case core::RoleSource::configuration:
        return "config";
    case core::RoleSource::byOperator:
        return "operator";
    case core::RoleSource::networkManager:
        return "NetworkManager";
    case core::RoleSource::modemManager:
        return "ModemManager";
    }
    return unknownName;
}

constexpr std::string_view nameOf(LinkKind kind) {
    switch (kind) {
    case LinkKind::ethernet:
        return "ethernet";
    case LinkKind::loopback:
        return "loopback";
    case LinkKind::veth:
        return "veth";
    case LinkKind::bridge:
        return "bridge";
    case LinkKind::bond:
        return "bond";
    case LinkKind::vlan:
        return "vlan";
    case LinkKind::macvlan:
        return "macvlan";
    case LinkKind::dummy:
        return "dummy";
    case LinkKind::tunnel:
        return "tunnel";
    case LinkKind::wireguard:
        return "wireguard";
    case LinkKind::ppp:
        return "ppp";
    case LinkKind::vrf:
        return "vrf";
    case LinkKind::other:
        return "other";
    }
    return unknownName;
}

constexpr std::string_view nameOf(Usability usability) {
    switch (usability) {
    case Usability::usable:
        return "usable";
    case Usability::linkDown:
        return "link-down";
    case Usability::tentative:
        return "tentative";
    case Usability::deprecated:
        return "deprecated";
    case Usability::wrongScope:
        return "wrong-scope";
    case Usability::noRoute:
        return "no-route";
    case Usability::ignored:
        return "ignored";
    case Usability::gone:
        return "gone";
    case Usability::noInternet:
        return "no-internet";
    case Usability::guarded:
        return "guarded";
    }
    return unknownName;
}

constexpr std::string_view nameOf(Cause cause) {
    switch (cause) {
    case Cause::none:
        return "none";
    case Cause::expected:
        return "expected";
    case Cause::refusedLocally:
        return "refused-locally";
    case Cause::localGone:
        return "local-gone";
    case Cause::noRoute:
        return "no-route";
    case Cause::refused:
        return "refused";
    case Cause::unreachable:
        return "unreachable";
    case Cause::timedOut:
        return "timed-out";
    case Cause::notMultipath:
        return "not-multipath";
    case Cause::rejected:
        return "rejected";
    case Cause::reset:
        return "reset";
    case Cause::resetByPeer:
        return "reset-by-peer";
    case Cause::closedByPeer:
        return "closed-by-peer";
    case Cause::withdrawn:
        return "withdrawn";
    case Cause::staleRemoval:
        return "stale-removal";
    case Cause::abortedOnHost:
        return "aborted-on-host";
    case Cause::lost:
        return "lost";
    }
    return unknownName;
}

constexpr std::string_view nameOf(core::Change::Kind kind) {
    using Kind = core::Change::Kind;
    switch (kind) {
    case Kind::connectionCreated:
        return "connection-created";
    case Kind::connectionEstablished:
        return "connection-established";
    case Kind::connectionClosed:
        return "connection-closed";
    case Kind::connectionLearned:
        return "connection-learned";
    case Kind::subflowRequested:
        return "subflow-requested";
    case Kind::subflowEstablished:
        return "subflow-established";
    case Kind::subflowClosed:
        return "subflow-closed";
    case Kind::subflowPriority:
        return "subflow-priority";
    case Kind::subflowSuspect:
        return "subflow-suspect";
    case Kind::subflowRecovered:
        return "subflow-recovered";
    case Kind::addressAnnounced:
        return "address-announced";
    case Kind::addressWithdrawn:
        return "address-withdrawn";
    case Kind::commandRefused:
        return "command-refused";
    case Kind::linkUsable:
        return "link-usable";
    case Kind::linkUnusable:
        return "link-unusable";
    case Kind::eventsLost:
        return "events-lost";
    case Kind::resynchronised:
        return "resynchronised";
    }
    return unknownName;
}

/// The reason code of MP_TCPRST (RFC 8684 §3.6).
constexpr std::string_view resetReasonName(std::uint8_t reason) {
    constexpr std::string_view names[] = {
        "unspecified",      "mptcp-error", "lack-of-resources", "administratively-prohibited",
        "outstanding-data", "performance", "middlebox",
    };
    return reason < std::size(names) ? names[reason] : unknownName;
}

/// "ECONNREFUSED"; the number for an errno without a name; empty for 0.
inline std::string errorName(int error) {
    if (error == 0)
        return {};
    const char* name = ::strerrorname_np(error);
    return name ? std::string{name} : std::to_string(error);
}

/// The enumerator that a word names.
template <class Enum>
constexpr std::optional<Enum> named(std::string_view word) {
    for (std::uint8_t number = 0; nameOf(static_cast<Enum>(number)) != unknownName; ++number)
        if (nameOf(static_cast<Enum>(number)) == word)
            return static_cast<Enum>(number);
    return std::nullopt;
}

} // namespace subflowd::dbus
