// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_link.hpp"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <utility>

namespace subflowd::netlink {
namespace {

/// IFLA_INFO_KIND, as the drivers call themselves ("tun" is a tap too).
constexpr std::array<std::pair<std::string_view, LinkKind>, 31> namedKinds{{
    {"veth", LinkKind::veth},
    {"bridge", LinkKind::bridge},
    {"bond", LinkKind::bond},
    {"team", LinkKind::bond},
    {"vlan", LinkKind::vlan},
    {"macvlan", LinkKind::macvlan},
    {"macvtap", LinkKind::macvlan},
    {"ipvlan", LinkKind::macvlan},
    {"dummy", LinkKind::dummy},
    {"wireguard", LinkKind::wireguard},
    {"ppp", LinkKind::ppp},
    {"vrf", LinkKind::vrf},
    {"tun", LinkKind::tunnel},
    {"ipip", LinkKind::tunnel},
    {"gre", LinkKind::tunnel},
    {"gretap", LinkKind::tunnel},
    {"erspan", LinkKind::tunnel},
    {"ip6gre", LinkKind::tunnel},
    {"ip6gretap", LinkKind::tunnel},
    {"ip6erspan", LinkKind::tunnel},
    {"ip6tnl", LinkKind::tunnel},
    {"sit", LinkKind::tunnel},
    {"vti", LinkKind::tunnel},
    {"vti6", LinkKind::tunnel},
    {"xfrm", LinkKind::tunnel},
    {"geneve", LinkKind::tunnel},
    {"vxlan", LinkKind::tunnel},
    {"gtp", LinkKind::tunnel},
    {"bareudp", LinkKind::tunnel},
    {"ovpn", LinkKind::tunnel},
    {"amneziawg", LinkKind::wireguard},
}};

/// Zero-terminated text, or as much of it as there is.
std::string_view text(Bytes bytes) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return all.substr(0, all.find('\0'));
}

LinkKind kindOfName(std::string_view name) {
    for (const auto& [known, kind] : namedKinds)
        if (known == name)
            return kind;
    return LinkKind::other;
}

/// For links whose driver has no name in rtnetlink.
LinkKind kindOfHardware(std::uint16_t hardware) {
    switch (hardware) {
    case ARPHRD_ETHER:
        return LinkKind::ethernet;
    case ARPHRD_LOOPBACK:
        return LinkKind::loopback;
    case ARPHRD_PPP:
        return LinkKind::ppp;
    case ARPHRD_NONE:
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
    case ARPHRD_IPGRE:
    case ARPHRD_IP6GRE:
        return LinkKind::tunnel;
    default:
        return LinkKind::other;
    }
}

std::string_view kindName(Bytes linkInfo) {
    std::string_view name;
    forEachAttribute(linkInfo, [&name](std::uint16_t type, Bytes value) {
        if (type == IFLA_INFO_KIND)
            name = text(value);
    });
    return name;
}

struct LinkAttributes {
    std::string_view name;
    std::string_view kind;
    LinkIndex master = noLink;
    bool wirelessEvent = false;
};

LinkAttributes readAttributes(Bytes bytes) {
    LinkAttributes found;
    forEachAttribute(bytes, [&found](std::uint16_t type, Bytes value) {
        if (type == IFLA_IFNAME)
            found.name = text(value);
        else if (type == IFLA_LINKINFO)
            found.kind = kindName(value);
        else if (type == IFLA_MASTER)
            found.master = LinkIndex{readAs<std::uint32_t>(value).value_or(0)};
        else if (type == IFLA_WIRELESS)
            found.wirelessEvent = true;
    });
    return found;
}

} // namespace

void decodeLink(const Message& message, std::vector<core::NetworkChange>& changes) {
    const auto header = readAs<ifinfomsg>(message.payload);
    if (!header || header->ifi_family != AF_UNSPEC || header->ifi_index <= 0)
        return;
    const LinkIndex index{static_cast<std::uint32_t>(header->ifi_index)};
    if (message.header.nlmsg_type == RTM_DELLINK) {
        changes.emplace_back(core::network::LinkGone{index});
        return;
    }
    const auto attributes = readAttributes(after(message.payload, sizeof *header));
    if (attributes.name.empty() || attributes.wirelessEvent)
        return;
    core::network::Link link;
    link.index = index;
    link.name = attributes.name;
    link.kind =
        attributes.kind.empty() ? kindOfHardware(header->ifi_type) : kindOfName(attributes.kind);
    link.up = (header->ifi_flags & IFF_UP) != 0;
    link.carrier = (header->ifi_flags & IFF_LOWER_UP) != 0;
    link.master = attributes.master;
    changes.emplace_back(std::move(link));
}

} // namespace subflowd::netlink
