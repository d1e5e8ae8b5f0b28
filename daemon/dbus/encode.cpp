// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/encode.hpp"

#include "core/histogram.hpp"
#include "dbus/names.hpp"

#include <algorithm>
#include <chrono>

namespace subflowd::dbus {

namespace {

constexpr std::uint64_t endless = UINT64_MAX;

std::uint64_t microseconds(Duration span) {
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(span).count();
    return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

wire::Bytes bytes(const IpAddress& address) {
    const auto& all = address.bytes();
    const auto size = address.family() == Family::ipv4 ? 4 : 16;
    return {all.begin(), all.begin() + size};
}

template <class Enum>
std::uint8_t number(Enum value) {
    return static_cast<std::uint8_t>(value);
}

std::int32_t number(LinkIndex link) {
    return static_cast<std::int32_t>(link);
}

wire::Subflow encode(const core::SubflowReport& subflow, Instant now) {
    const auto& [local, remote, form] = subflow.tuple;
    return {bytes(local.address),     local.port,
            bytes(remote.address),    remote.port,
            number(subflow.link),     number(subflow.localId),
            number(subflow.remoteId), number(subflow.state),
            number(subflow.priority), number(subflow.peerPriority),
            subflow.initial,          microseconds(now - subflow.since)};
}

wire::Address encode(const RemoteView& remote) {
    return {bytes(remote.endpoint.address), remote.endpoint.port, number(remote.id)};
}

wire::Address encode(const core::KnownId& announced) {
    return {bytes(announced.local.address), announced.local.port, number(announced.id)};
}

wire::Failure encode(const Failure& failure) {
    const auto reset =
        failure.resetReason ? resetReasonName(*failure.resetReason) : std::string_view{};
    return {std::string{nameOf(failure.cause)}, errorName(failure.error), std::string{reset},
            failure.transient};
}

wire::LinkAddress encode(const AddressView& address) {
    return {bytes(address.address), std::string{nameOf(address.usability)}, address.temporary};
}

wire::Policy encode(const core::PolicyReport& policy) {
    return {policy.name, policy.strikes, policy.quarantined};
}

std::vector<wire::LatencyBucket> bucketsOf(const core::Histogram& histogram) {
    std::vector<wire::LatencyBucket> buckets;
    buckets.reserve(core::Histogram::buckets);
    for (const auto count : histogram.counts()) {
        const auto bound = core::Histogram::bound(buckets.size());
        buckets.emplace_back(bound == Duration::max() ? endless : microseconds(bound), count);
    }
    return buckets;
}

wire::Latency encode(const core::Histogram& histogram) {
    return {microseconds(histogram.sum()), bucketsOf(histogram)};
}

wire::Latencies encode(const core::Histogram& eventToCommand, const core::Latencies& others) {
    return {{"event_to_command", encode(eventToCommand)},
            {"command_to_ack", encode(others.commandToAck)},
            {"ack_to_established", encode(others.ackToEstablished)},
            {"snapshot", encode(others.snapshot)}};
}

template <class Wire, class Values>
std::vector<Wire> encodeAll(const Values& values) {
    std::vector<Wire> encoded;
    encoded.reserve(values.size());
    for (const auto& value : values)
        encoded.push_back(encode(value));
    return encoded;
}

wire::Counts encode(const core::Counters& counters) {
    return {{"connections", counters.connections},
            {"foreign", counters.foreign},
            {"subflows", counters.subflows},
            {"pending", counters.pending},
            {"connections_seen", counters.connectionsSeen},
            {"subflows_requested", counters.subflowsRequested},
            {"subflows_established", counters.subflowsEstablished},
            {"subflows_failed", counters.subflowsFailed},
            {"subflows_closed", counters.subflowsClosed},
            {"commands", counters.commands},
            {"commands_refused", counters.commandsRefused},
            {"repairs", counters.repairs},
            {"audits", counters.audits},
            {"audit_repairs", counters.auditRepairs},
            {"joins_timed_out", counters.joinsTimedOut},
            {"joins_delayed", counters.joinsDelayed},
            {"announcements_sent", counters.announcementsSent},
            {"announcements_refused", counters.announcementsRefused},
            {"announcements_ignored", counters.announcementsIgnored},
            {"inbound_refused", counters.inboundRefused}};
}

} // namespace

wire::Connection encode(const core::ConnectionReport& connection, Instant now) {
    std::vector<wire::Subflow> subflows;
    subflows.reserve(connection.subflows.size());
    for (const auto& subflow : connection.subflows)
        subflows.push_back(encode(subflow, now));
    const auto& [local, remote, form] = connection.initial;
    return {static_cast<std::uint32_t>(connection.token),
            number(connection.side),
            number(connection.state),
            number(connection.joinInitial),
            number(connection.managedBy),
            connection.rule,
            bytes(local.address),
            local.port,
            bytes(remote.address),
            remote.port,
            microseconds(now - connection.since),
            std::move(subflows),
            encodeAll<wire::Address>(connection.remotes),
            encodeAll<wire::Address>(connection.announced)};
}

wire::Path encode(const core::PathReport& path, Instant now) {
    return {bytes(path.local),
            bytes(path.remote.address),
            path.remote.port,
            number(path.link),
            std::string{nameOf(path.state)},
            std::string{codeOf(path.reason)},
            sentenceOf(path.reason),
            path.by,
            path.attempts,
            path.nextTry == never ? endless : microseconds(path.nextTry - now),
            encode(path.lastFailure)};
}

wire::Link encode(const core::LinkReport& link) {
    return {number(link.index),
            link.name,
            std::string{nameOf(link.kind)},
            link.drained ? "drained" : std::string{nameOf(link.role)},
            std::string{nameOf(link.source)},
            link.up,
            link.metered,
            encodeAll<wire::LinkAddress>(link.addresses)};
}

wire::Dictionary encode(const Status& status, const core::Engine& engine) {
    const auto counters = engine.counters();
    auto counts = encode(counters);
    counts["joins_sent_ahead"] = status.joinsSentAhead;
    const std::string state = status.problems.empty() ? "running" : "degraded";
    return {{"version", sdbus::Variant{status.version}},
            {"mode", sdbus::Variant{status.mode}},
            {"state", sdbus::Variant{state}},
            {"uptime", sdbus::Variant{microseconds(status.uptime)}},
            {"path_manager", sdbus::Variant{status.pathManager}},
            {"kernel_features", sdbus::Variant{status.kernelFeatures}},
            {"problems", sdbus::Variant{status.problems}},
            {"counts", sdbus::Variant{counts}},
            {"events_lost", sdbus::Variant{counters.eventsLost}},
            {"resyncs", sdbus::Variant{counters.resyncs}},
            {"latency", sdbus::Variant{bucketsOf(status.eventToCommand)}},
            {"latencies", sdbus::Variant{encode(status.eventToCommand, engine.latencies())}},
            {"policies", sdbus::Variant{encodeAll<wire::Policy>(engine.policies())}}};
}

} // namespace subflowd::dbus
