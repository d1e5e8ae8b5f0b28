// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_codec.hpp"

#include "netlink/message_writer.hpp"
#include "netlink/route_address.hpp"
#include "netlink/route_link.hpp"
#include "netlink/route_route.hpp"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

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

/// Statistics are most of a link's message and nobody here reads them.
void putLinkFilter(MessageWriter& message) {
    message.putFixed(ifinfomsg{});
    message.put(IFLA_EXT_MASK, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
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
    return writtenMessage(requestType(dump), NLM_F_DUMP, [dump](MessageWriter& message) {
        if (dump == RouteDump::links)
            putLinkFilter(message);
        else if (dump == RouteDump::addresses)
            message.putFixed(ifaddrmsg{requestFamily(dump), 0, 0, 0, 0});
        else
            message.putFixed(rtmsg{requestFamily(dump), 0, 0, 0, 0, 0, 0, 0, 0});
    });
}

} // namespace subflowd::netlink
