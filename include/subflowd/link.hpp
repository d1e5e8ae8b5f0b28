// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>

#include <cstdint>
#include <string_view>

namespace subflowd {

/// What a link is made of, from IFLA_INFO_KIND and ifi_type.
enum class LinkKind : std::uint8_t {
    ethernet, ///< ARPHRD_ETHER with no kind of its own, Wi-Fi included
    loopback,
    veth,
    bridge,
    bond,
    vlan,
    macvlan,
    dummy,
    tunnel, ///< tun, tap, ipip, gre, sit, vti, xfrm, geneve, vxlan
    wireguard,
    ppp,
    vrf,
    other,
};

/// What the administrator wants of a link ([Link] Role= in subflowd.conf). The core clamps every
/// policy to it.
enum class Role : std::uint8_t {
    primary, ///< subflows of any priority
    backup,  ///< only backup subflows (RFC 8684 §3.3.8)
    standby, ///< none while a subflow on a primary or backup link carries
    ignore,  ///< no subflow
};

/// A link, as a policy sees it.
struct LinkView {
    LinkIndex index = noLink;
    std::string_view name; ///< lives as long as the call
    LinkKind kind = LinkKind::other;
    Role role = Role::primary;
    bool up = false;      ///< administratively up and with carrier (IFF_UP, IFF_LOWER_UP)
    bool metered = false; ///< what it carries costs money: nothing is tried there without need

    friend bool operator==(const LinkView&, const LinkView&) = default;
};

/// Whether a local address can carry new subflows now.
enum class Usability : std::uint8_t {
    usable,
    linkDown,   ///< the link is down or has no carrier
    tentative,  ///< duplicate address detection is not finished (IFA_F_TENTATIVE) or failed
    deprecated, ///< preferred lifetime over (IFA_F_DEPRECATED): existing subflows only
    wrongScope, ///< loopback, link-local and the like
    noRoute,    ///< no unicast route leaves through the link
    ignored,    ///< [Link] Role=ignore, or a kind of link that must be asked for
    gone,       ///< not on the host any more
    noInternet, ///< a network manager found that the link does not lead to the Internet
    guarded,    ///< [Guard] forbids the path: the peer's address, or leaving a tunnel or device
};

/// A local address of the host, as a policy sees it.
struct AddressView {
    IpAddress address;
    LinkIndex link = noLink;
    Usability usability = Usability::usable;
    bool temporary = false; ///< a privacy address (IFA_F_TEMPORARY, RFC 8981)

    friend bool operator==(const AddressView&, const AddressView&) = default;
};

} // namespace subflowd
