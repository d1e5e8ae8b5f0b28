// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_route.hpp"

#include "netlink/dump_address.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

namespace subflowd::netlink {
namespace {

using core::network::Route;

struct RouteAttributes {
    Route route;       ///< with the single next hop, if there is one
    Bytes nextHops;    ///< RTA_MULTIPATH
    bool valid = true; ///< false: the destination is malformed or v4-mapped
};

/// RTA_VIA: a gateway of any family, struct rtvia. One of another family than the route's is left
/// out: it says how to reach the next hop, not which destinations are served.
std::optional<IpAddress> viaOf(std::uint8_t family, Bytes value) {
    const auto viaFamily = readAs<std::uint16_t>(value);
    if (viaFamily != std::uint16_t{family})
        return std::nullopt;
    return addressOf(family, after(value, sizeof *viaFamily));
}

/// An attribute, with its NLA_F_* bits removed.
struct Attribute {
    std::uint16_t type = 0;
    Bytes value;
};

/// What a route and a next hop of a multipath route may both carry.
void readGateway(std::uint8_t family, const Attribute& attribute, Route& route) {
    if (attribute.type == RTA_GATEWAY)
        route.gateway = addressOf(family, attribute.value).value_or(route.gateway);
    else if (attribute.type == RTA_VIA)
        route.gateway = viaOf(family, attribute.value).value_or(route.gateway);
}

std::optional<Prefix> destinationOf(const rtmsg& header, Bytes value) {
    const auto address = addressOf(header.rtm_family, value);
    if (!address || (header.rtm_family == AF_INET6 && address->family() == Family::ipv4))
        return std::nullopt;
    return Prefix(*address, header.rtm_dst_len);
}

void readAttribute(const rtmsg& header, const Attribute& attribute, RouteAttributes& found) {
    switch (attribute.type) {
    case RTA_DST: {
        const auto destination = destinationOf(header, attribute.value);
        found.valid = destination.has_value();
        found.route.destination = destination.value_or(found.route.destination);
        return;
    }
    case RTA_OIF:
        found.route.link = LinkIndex{readAs<std::uint32_t>(attribute.value).value_or(0)};
        return;
    case RTA_TABLE:
        found.route.table = readAs<std::uint32_t>(attribute.value).value_or(found.route.table);
        return;
    case RTA_PRIORITY:
        found.route.metric = readAs<std::uint32_t>(attribute.value).value_or(0);
        return;
    case RTA_MULTIPATH:
        found.nextHops = attribute.value;
        return;
    default:
        readGateway(header.rtm_family, attribute, found.route);
    }
}

/// Only a default route comes without RTA_DST.
RouteAttributes readAttributes(const rtmsg& header, const IpAddress& anywhere, Bytes bytes) {
    RouteAttributes found;
    found.route.destination = Prefix(anywhere, 0);
    found.route.table = header.rtm_table;
    forEachAttribute(bytes, [&](std::uint16_t type, Bytes value) {
        readAttribute(header, {type, value}, found);
    });
    found.valid = found.valid && found.route.destination.length() == header.rtm_dst_len;
    return found;
}

/// One message's routes, on their way into the list of changes.
class RouteSink {
  public:
    RouteSink(const Message& message, std::vector<core::NetworkChange>& changes)
        : type_(message.header.nlmsg_type), changes_(changes) {}

    /// A dead next hop is not there, but one that goes may be dead before.
    void add(const Route& route, unsigned nextHopFlags) {
        if (route.link == noLink)
            return;
        if (type_ == RTM_DELROUTE)
            changes_.emplace_back(core::network::RouteGone{route});
        else if ((nextHopFlags & RTNH_F_DEAD) == 0)
            changes_.emplace_back(route);
    }

  private:
    std::uint16_t type_;
    std::vector<core::NetworkChange>& changes_;
};

/// RTA_MULTIPATH: struct rtnexthop, each with attributes of its own, aligned like attributes.
void addNextHops(const rtmsg& header, const RouteAttributes& found, RouteSink& sink) {
    Bytes rest = found.nextHops;
    while (const auto hop = readAs<rtnexthop>(rest)) {
        if (hop->rtnh_len < sizeof *hop || hop->rtnh_len > rest.size())
            return;
        Route route = found.route;
        route.link = LinkIndex{static_cast<std::uint32_t>(std::max(hop->rtnh_ifindex, 0))};
        const auto attributes = rest.subspan(sizeof *hop, hop->rtnh_len - sizeof *hop);
        forEachAttribute(attributes, [&](std::uint16_t type, Bytes value) {
            readGateway(header.rtm_family, {type, value}, route);
        });
        sink.add(route, hop->rtnh_flags);
        rest = afterAligned(rest, hop->rtnh_len);
    }
}

bool isWanted(const rtmsg& header) {
    return header.rtm_type == RTN_UNICAST && (header.rtm_flags & RTM_F_CLONED) == 0;
}

} // namespace

void decodeRoute(const Message& message, std::vector<core::NetworkChange>& changes) {
    const auto header = readAs<rtmsg>(message.payload);
    if (!header || !isWanted(*header))
        return;
    const auto anywhere = unspecifiedOf(header->rtm_family);
    if (!anywhere)
        return;
    const auto found = readAttributes(*header, *anywhere, after(message.payload, sizeof *header));
    if (!found.valid || found.route.table == RT_TABLE_LOCAL)
        return;
    RouteSink sink(message, changes);
    if (found.nextHops.empty())
        sink.add(found.route, header->rtm_flags);
    else
        addNextHops(*header, found, sink);
}

} // namespace subflowd::netlink
