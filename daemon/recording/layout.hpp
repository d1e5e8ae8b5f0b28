// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/input.hpp"

#include <tuple>

/// What the structs of a recording are made of, said once for writing and for reading. A struct
/// that stands in a variant has a `kind`, too, which is the word for it there.
namespace subflowd::recording {

template <class Struct>
struct Layout;

template <class Member>
struct Field {
    const char* name;
    Member member; ///< a pointer to it
};

template <class Member>
constexpr Field<Member> field(const char* name, Member member) {
    return {name, member};
}

template <>
struct Layout<core::FourTuple> {
    static constexpr std::tuple fields{field("local", &core::FourTuple::local),
                                       field("remote", &core::FourTuple::remote),
                                       field("form", &core::FourTuple::form)};
};

template <>
struct Layout<RemoteView> {
    static constexpr std::tuple fields{
        field("endpoint", &RemoteView::endpoint), field("id", &RemoteView::id),
        field("announced", &RemoteView::announced), field("refreshed", &RemoteView::refreshed)};
};

template <>
struct Layout<core::PortRange> {
    static constexpr std::tuple fields{field("first", &core::PortRange::first),
                                       field("last", &core::PortRange::last)};
};

template <>
struct Layout<SignalEndpoint> {
    static constexpr std::tuple fields{field("endpoint", &SignalEndpoint::endpoint),
                                       field("link", &SignalEndpoint::link)};
};

template <>
struct Layout<ConnectionFacts> {
    static constexpr std::tuple fields{
        field("owner", &ConnectionFacts::owner), field("mark", &ConnectionFacts::mark),
        field("cgroup", &ConnectionFacts::cgroup), field("device", &ConnectionFacts::boundDevice)};
};

template <>
struct Layout<core::KnownId> {
    static constexpr std::tuple fields{field("local", &core::KnownId::local),
                                       field("id", &core::KnownId::id)};
};

template <>
struct Layout<core::LinkNote> {
    static constexpr std::tuple fields{
        field("link", &core::LinkNote::link),       field("role", &core::LinkNote::role),
        field("flags", &core::LinkNote::flagRole),  field("metered", &core::LinkNote::metered),
        field("ipv4", &core::LinkNote::ipv4),       field("ipv6", &core::LinkNote::ipv6),
        field("leaving", &core::LinkNote::leaving),
    };
};

template <>
struct Layout<core::HealthSample> {
    static constexpr std::tuple fields{
        field("token", &core::HealthSample::token),
        field("tuple", &core::HealthSample::tuple),
        field("unacknowledged", &core::HealthSample::unacknowledged),
        field("timeouts", &core::HealthSample::timeouts),
        field("silence", &core::HealthSample::silence),
        field("round_trip", &core::HealthSample::roundTrip),
        field("variation", &core::HealthSample::variation),
        field("acknowledged", &core::HealthSample::acknowledged),
        field("received", &core::HealthSample::received),
        field("delivery_rate", &core::HealthSample::deliveryRate),
        field("pacing_rate", &core::HealthSample::pacingRate),
        field("least_round_trip", &core::HealthSample::leastRoundTrip),
    };
};

template <>
struct Layout<core::Tick> {
    static constexpr auto kind = "tick";
    static constexpr std::tuple<> fields{};
};

template <>
struct Layout<core::EventsLost> {
    static constexpr auto kind = "events-lost";
    static constexpr std::tuple<> fields{};
};

template <>
struct Layout<core::Resumed> {
    static constexpr auto kind = "resumed";
    static constexpr std::tuple fields{field("slept", &core::Resumed::slept)};
};

template <>
struct Layout<core::CommandFinished> {
    static constexpr auto kind = "finished";
    static constexpr std::tuple fields{
        field("id", &core::CommandFinished::id),
        field("refusal", &core::CommandFinished::refusal),
        field("error", &core::CommandFinished::error),
        field("message", &core::CommandFinished::message),
        field("ids", &core::CommandFinished::ids),
        field("facts", &core::CommandFinished::facts),
        field("control_group", &core::CommandFinished::controlGroup),
    };
};

template <>
struct Layout<core::TcpActivity> {
    static constexpr auto kind = "tcp-activity";
    static constexpr std::tuple fields{field("timeouts", &core::TcpActivity::timeouts),
                                       field("data_sent", &core::TcpActivity::dataSent)};
};

template <>
struct Layout<core::HealthReport> {
    static constexpr auto kind = "health";
    static constexpr std::tuple fields{field("samples", &core::HealthReport::samples),
                                       field("part", &core::HealthReport::part)};
};

template <>
struct Layout<core::HostFacts> {
    static constexpr auto kind = "host-facts";
    static constexpr std::tuple fields{
        field("signal_endpoints", &core::HostFacts::signalEndpoints),
        field("tcp_timestamps", &core::HostFacts::tcpTimestamps),
        field("close_timeout", &core::HostFacts::closeTimeout),
        field("ephemeral_ports", &core::HostFacts::ephemeralPorts),
        field("reserved_ports", &core::HostFacts::reservedPorts),
    };
};

template <>
struct Layout<core::LinkNotes> {
    static constexpr auto kind = "link-notes";
    static constexpr std::tuple fields{field("all", &core::LinkNotes::all)};
};

template <>
struct Layout<core::ListenerOpened> {
    static constexpr auto kind = "listener-opened";
    static constexpr std::tuple fields{field("local", &core::ListenerOpened::local),
                                       field("error", &core::ListenerOpened::error)};
};

} // namespace subflowd::recording
