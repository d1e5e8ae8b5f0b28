// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_socket.hpp"

#include <linux/rtnetlink.h>

namespace subflowd::netlink {
namespace {

/// Room for tens of thousands of changes while nobody reads.
constexpr std::size_t receiveBuffer = 8 * 1024 * 1024;

/// More than any message of rtnetlink.
constexpr std::size_t datagramSize = 64 * 1024;

constexpr std::array<std::uint32_t, 7> groups{
    RTNLGRP_LINK,       RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,   RTNLGRP_IPV6_RULE,
};

Socket subscribe() {
    auto socket = Socket::open(NETLINK_ROUTE);
    socket.forceReceiveBuffer(receiveBuffer);
    socket.bind();
    for (const auto group : groups)
        socket.joinGroup(group);
    return socket;
}

} // namespace

RouteSocket::RouteSocket() : live_(subscribe()), dump_(NETLINK_ROUTE), buffer_(datagramSize) {}

void RouteSocket::startDump(std::vector<core::NetworkChange>& changes) {
    changes.emplace_back(core::network::DumpBegun{});
    state_ = State::dumping;
    refreshNeeded_ = false;
    request(RouteDump::links);
}

void RouteSocket::request(RouteDump part) {
    part_ = part;
    dump_.start(routeDumpRequest(part));
}

void RouteSocket::receive(std::vector<core::NetworkChange>& changes) {
    for (int i = 0; i < datagramsPerReceive; ++i) {
        if (state_ == State::dumping)
            continueDump(changes);
        else if (!follow(changes))
            return;
    }
    if (state_ != State::dumping && !live_.isReadable())
        refreshIfNeeded(changes);
}

void RouteSocket::continueDump(std::vector<core::NetworkChange>& changes) {
    const auto progress =
        dump_.receive([&changes](const Message& row) { decodeRouteMessage(row, changes); });
    if (progress == DumpSocket::Progress::complete)
        partEnded(changes);
    else if (progress == DumpSocket::Progress::failed)
        dumpFailed(changes);
}

void RouteSocket::partEnded(std::vector<core::NetworkChange>& changes) {
    switch (part_) {
    case RouteDump::links:
        return request(RouteDump::addresses);
    case RouteDump::addresses:
        return request(RouteDump::routesIpv4);
    case RouteDump::routesIpv4:
        return request(RouteDump::routesIpv6);
    case RouteDump::routesIpv6:
        changes.emplace_back(core::network::DumpEnded{});
        state_ = State::following;
        failuresInARow_ = 0;
        ++counters_.dumps;
    }
}

void RouteSocket::dumpFailed(std::vector<core::NetworkChange>& changes) {
    ++counters_.failedDumps;
    if (++failuresInARow_ < DumpSocket::mostFailures)
        return startDump(changes);
    failuresInARow_ = 0;
    state_ = State::failed;
}

/// Reads one datagram of changes; false if there is none. After an overrun what is left in the
/// buffer is older than the gap: it has to be read before the dump that closes the gap starts.
bool RouteSocket::follow(std::vector<core::NetworkChange>& changes) {
    const auto datagram = readDatagram(live_, buffer_);
    switch (datagram.status) {
    case Datagram::Status::received:
        decodeLive(datagram.bytes, changes);
        return true;
    case Datagram::Status::empty:
        refreshIfNeeded(changes);
        return false;
    default:
        ++counters_.overruns;
        refreshNeeded_ = true;
        return true;
    }
}

void RouteSocket::decodeLive(Bytes datagram, std::vector<core::NetworkChange>& changes) {
    forEachMessage(datagram, [this, &changes](const Message& message) {
        decodeRouteMessage(message, changes);
        if (!changesRoutesSilently(message) || refreshNeeded_)
            return;
        refreshNeeded_ = true;
        ++counters_.refreshes;
    });
}

void RouteSocket::refreshIfNeeded(std::vector<core::NetworkChange>& changes) {
    if (refreshNeeded_)
        startDump(changes);
}

RouteSocket::Counters RouteSocket::counters() const {
    auto counters = counters_;
    counters.repeated = dump_.repeated();
    return counters;
}

} // namespace subflowd::netlink
