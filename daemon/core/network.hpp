// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>
#include <subflowd/link.hpp>

#include <cstdint>
#include <string>
#include <variant>

/// What rtnetlink tells of the host's network. A dump and a live change are the same values; a
/// dump stands between DumpBegun and DumpEnded, and what it did not mention is gone.
namespace subflowd::core {

namespace network {

/// RTM_NEWLINK
struct Link {
    LinkIndex index = noLink;
    std::string name; ///< IFLA_IFNAME; may change while the index stays
    LinkKind kind = LinkKind::other;
    bool up = false;           ///< IFF_UP
    bool carrier = false;      ///< IFF_LOWER_UP
    LinkIndex master = noLink; ///< IFLA_MASTER: enslaved to a bridge, bond or VRF

    friend bool operator==(const Link&, const Link&) = default;
};

/// RTM_DELLINK
struct LinkGone {
    LinkIndex index = noLink;
    friend bool operator==(const LinkGone&, const LinkGone&) = default;
};

/// RTM_NEWADDR, with the local address even on point-to-point links (IFA_LOCAL).
struct Address {
    LinkIndex link = noLink;
    IpAddress address;
    std::uint8_t prefixLength = 0; ///< IFA prefix length, in bits
    bool tentative = false;        ///< IFA_F_TENTATIVE without IFA_F_OPTIMISTIC, or IFA_F_DADFAILED
    bool deprecated = false;       ///< IFA_F_DEPRECATED
    bool temporary = false;        ///< IFA_F_TEMPORARY (IPv6); on IPv4 the bit means "secondary"

    friend bool operator==(const Address&, const Address&) = default;
};

/// RTM_DELADDR
struct AddressGone {
    LinkIndex link = noLink;
    IpAddress address;
    friend bool operator==(const AddressGone&, const AddressGone&) = default;
};

/// RTM_NEWROUTE: a unicast route in any table but `local`. One value per next hop.
struct Route {
    LinkIndex link = noLink;  ///< RTA_OIF
    Prefix destination;       ///< 0.0.0.0/0 or ::/0 for a default route
    IpAddress gateway;        ///< unspecified if on-link
    std::uint32_t table = 0;  ///< RTA_TABLE
    std::uint32_t metric = 0; ///< RTA_PRIORITY

    friend bool operator==(const Route&, const Route&) = default;
};

/// RTM_DELROUTE
struct RouteGone {
    Route route;
    friend bool operator==(const RouteGone&, const RouteGone&) = default;
};

/// RTM_NEWRULE or RTM_DELRULE: which table is asked may have changed.
struct RulesChanged {
    friend bool operator==(const RulesChanged&, const RulesChanged&) = default;
};

struct DumpBegun {
    friend bool operator==(const DumpBegun&, const DumpBegun&) = default;
};

struct DumpEnded {
    friend bool operator==(const DumpEnded&, const DumpEnded&) = default;
};

} // namespace network

using NetworkChange = std::variant<network::Link, network::LinkGone, network::Address,
                                   network::AddressGone, network::Route, network::RouteGone,
                                   network::RulesChanged, network::DumpBegun, network::DumpEnded>;

} // namespace subflowd::core
