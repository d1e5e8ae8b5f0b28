// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_codec.hpp"

#include "netlink/route_address.hpp"
#include "netlink/route_link.hpp"
#include "netlink/route_route.hpp"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace subflowd::netlink {
namespace {

std::uint16_t requestType(RouteDump dump) {
    switch (dump) {
    case RouteDump::links:
        return RTM_GETLINK;
    case RouteDump::addresses:
        return RTM_GETADDR;
    default:
        return RTM_GETROUTE;
    }
}

std::uint8_t requestFamily(RouteDump dump) {
    switch (dump) {
    case RouteDump::routesIpv4:
        return AF_INET;
    case RouteDump::routesIpv6:
        return AF_INET6;
    default:
        return AF_UNSPEC;
    }
}

template <typename Value>
void append(std::vector<std::byte>& bytes, const Value& value) {
    const auto* first = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), first, first + sizeof value);
}

/// Statistics are most of a link's message and nobody here reads them.
void appendLinkFilter(std::vector<std::byte>& bytes) {
    append(bytes, ifinfomsg{});
    append(bytes, rtattr{sizeof(rtattr) + sizeof(std::uint32_t), IFLA_EXT_MASK});
    append(bytes, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
}

} // namespace

void decodeRouteMessage(const Message& message, std::vector<core::NetworkChange>& changes) {
    switch (message.header.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return decodeLink(message, changes);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return decodeAddress(message, changes);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return decodeRoute(message, changes);
    case RTM_NEWRULE:
    case RTM_DELRULE:
        changes.emplace_back(core::network::RulesChanged{});
        return;
    default:
        return;
    }
}

void decodeRouteMessages(Bytes datagram, std::vector<core::NetworkChange>& changes) {
    forEachMessage(datagram,
                   [&changes](const Message& message) { decodeRouteMessage(message, changes); });
}

bool changesRoutesSilently(const Message& message) {
    if (message.header.nlmsg_type == RTM_NEWLINK) {
        const auto header = readAs<ifinfomsg>(message.payload);
        return header && header->ifi_family == AF_UNSPEC && (header->ifi_change & IFF_UP) != 0;
    }
    if (message.header.nlmsg_type == RTM_DELADDR)
        return readAs<std::uint8_t>(message.payload) == std::uint8_t{AF_INET};
    return message.header.nlmsg_type == RTM_NEWROUTE &&
           (message.header.nlmsg_flags & NLM_F_REPLACE) != 0;
}

std::vector<std::byte> routeDumpRequest(RouteDump dump) {
    std::vector<std::byte> request(sizeof(nlmsghdr));
    if (dump == RouteDump::links)
        appendLinkFilter(request);
    else if (dump == RouteDump::addresses)
        append(request, ifaddrmsg{requestFamily(dump), 0, 0, 0, 0});
    else
        append(request, rtmsg{requestFamily(dump), 0, 0, 0, 0, 0, 0, 0, 0});
    const nlmsghdr header{static_cast<std::uint32_t>(request.size()), requestType(dump),
                          NLM_F_REQUEST | NLM_F_DUMP, 0, 0};
    std::memcpy(request.data(), &header, sizeof header);
    return request;
}

} // namespace subflowd::netlink
