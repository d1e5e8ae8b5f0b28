// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recording/layout.hpp"

/// The events of the kernel, its network and its connections.
namespace subflowd::recording {

namespace event = core::event;
namespace network = core::network;
namespace snapshot = core::snapshot;

template <>
struct Layout<event::Connection> {
    static constexpr std::tuple fields{field("token", &event::Connection::token),
                                       field("side", &event::Connection::side),
                                       field("join_initial", &event::Connection::joinInitial),
                                       field("initial", &event::Connection::initial)};
};

template <>
struct Layout<event::Created> : Layout<event::Connection> {
    static constexpr auto kind = "created";
};

template <>
struct Layout<event::Established> : Layout<event::Connection> {
    static constexpr auto kind = "established";
};

template <>
struct Layout<event::Closed> {
    static constexpr auto kind = "closed";
    static constexpr std::tuple fields{field("token", &event::Closed::token)};
};

template <>
struct Layout<event::Announced> {
    static constexpr auto kind = "announced";
    static constexpr std::tuple fields{field("token", &event::Announced::token),
                                       field("id", &event::Announced::id),
                                       field("remote", &event::Announced::remote)};
};

template <>
struct Layout<event::Removed> {
    static constexpr auto kind = "removed";
    static constexpr std::tuple fields{field("token", &event::Removed::token),
                                       field("id", &event::Removed::id)};
};

template <>
struct Layout<event::Subflow> {
    static constexpr std::tuple fields{
        field("token", &event::Subflow::token),
        field("tuple", &event::Subflow::tuple),
        field("local_id", &event::Subflow::localId),
        field("remote_id", &event::Subflow::remoteId),
        field("peer_priority", &event::Subflow::peerPriority),
        field("bound_to", &event::Subflow::boundTo),
    };
};

template <>
struct Layout<event::SubflowEstablished> : Layout<event::Subflow> {
    static constexpr auto kind = "subflow-established";
};

template <>
struct Layout<event::SubflowClosed> {
    static constexpr auto kind = "subflow-closed";
    static constexpr auto fields =
        std::tuple_cat(Layout<event::Subflow>::fields,
                       std::tuple{field("error", &event::SubflowClosed::error),
                                  field("reset_reason", &event::SubflowClosed::resetReason),
                                  field("transient", &event::SubflowClosed::resetTransient)});
};

template <>
struct Layout<event::SubflowPriority> : Layout<event::Subflow> {
    static constexpr auto kind = "subflow-priority";
};

template <>
struct Layout<event::Listener> {
    static constexpr auto kind = "listener";
    static constexpr std::tuple fields{field("change", &event::Listener::change),
                                       field("local", &event::Listener::local)};
};

template <>
struct Layout<network::Link> {
    static constexpr auto kind = "link";
    static constexpr std::tuple fields{
        field("index", &network::Link::index),     field("name", &network::Link::name),
        field("kind", &network::Link::kind),       field("up", &network::Link::up),
        field("carrier", &network::Link::carrier), field("master", &network::Link::master),
    };
};

template <>
struct Layout<network::LinkGone> {
    static constexpr auto kind = "link-gone";
    static constexpr std::tuple fields{field("index", &network::LinkGone::index)};
};

template <>
struct Layout<network::Address> {
    static constexpr auto kind = "address";
    static constexpr std::tuple fields{
        field("link", &network::Address::link),
        field("address", &network::Address::address),
        field("prefix_length", &network::Address::prefixLength),
        field("tentative", &network::Address::tentative),
        field("deprecated", &network::Address::deprecated),
        field("temporary", &network::Address::temporary),
    };
};

template <>
struct Layout<network::AddressGone> {
    static constexpr auto kind = "address-gone";
    static constexpr std::tuple fields{field("link", &network::AddressGone::link),
                                       field("address", &network::AddressGone::address)};
};

template <>
struct Layout<network::Route> {
    static constexpr auto kind = "route";
    static constexpr std::tuple fields{
        field("link", &network::Route::link),
        field("destination", &network::Route::destination),
        field("gateway", &network::Route::gateway),
        field("table", &network::Route::table),
        field("metric", &network::Route::metric),
    };
};

template <>
struct Layout<network::RouteGone> {
    static constexpr auto kind = "route-gone";
    static constexpr std::tuple fields{field("route", &network::RouteGone::route)};
};

template <>
struct Layout<network::RulesChanged> {
    static constexpr auto kind = "rules-changed";
    static constexpr std::tuple<> fields{};
};

template <>
struct Layout<network::DumpBegun> {
    static constexpr auto kind = "network-dump-begun";
    static constexpr std::tuple<> fields{};
};

template <>
struct Layout<network::DumpEnded> {
    static constexpr auto kind = "network-dump-ended";
    static constexpr std::tuple<> fields{};
};

template <>
struct Layout<snapshot::Begun> {
    static constexpr auto kind = "snapshot-begun";
    static constexpr std::tuple fields{field("occasion", &snapshot::Begun::occasion)};
};

template <>
struct Layout<snapshot::Remembered> {
    static constexpr std::tuple fields{field("join_initial", &snapshot::Remembered::joinInitial),
                                       field("side", &snapshot::Remembered::side),
                                       field("announced", &snapshot::Remembered::announced)};
};

template <>
struct Layout<snapshot::Connection> {
    static constexpr auto kind = "snapshot-connection";
    static constexpr std::tuple fields{field("token", &snapshot::Connection::token),
                                       field("initial", &snapshot::Connection::initial),
                                       field("remembered", &snapshot::Connection::remembered)};
};

template <>
struct Layout<snapshot::Subflow> {
    static constexpr auto kind = "snapshot-subflow";
    static constexpr std::tuple fields{
        field("token", &snapshot::Subflow::token),
        field("tuple", &snapshot::Subflow::tuple),
        field("local_id", &snapshot::Subflow::localId),
        field("remote_id", &snapshot::Subflow::remoteId),
        field("state", &snapshot::Subflow::state),
        field("priority", &snapshot::Subflow::priority),
        field("peer_priority", &snapshot::Subflow::peerPriority),
        field("initial", &snapshot::Subflow::initial),
        field("opened_here", &snapshot::Subflow::openedHere),
        field("fully_established", &snapshot::Subflow::fullyEstablished),
        field("bound_to", &snapshot::Subflow::boundTo),
    };
};

template <>
struct Layout<snapshot::Listener> {
    static constexpr auto kind = "snapshot-listener";
    static constexpr std::tuple fields{field("local", &snapshot::Listener::local)};
};

template <>
struct Layout<snapshot::Ended> {
    static constexpr auto kind = "snapshot-ended";
    static constexpr std::tuple<> fields{};
};

} // namespace subflowd::recording
