// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/network.hpp"
#include "netlink/attributes.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// rtnetlink(7): its messages as values of the core, and the requests for its dumps. Pure functions
/// of bytes; what is malformed, or says nothing the core wants to know, adds nothing.
namespace subflowd::netlink {

/// What can be dumped, in the order in which it has to be: addresses and routes refer to links.
enum class RouteDump : std::uint8_t { links, addresses, routesIpv4, routesIpv6 };

/// Appends what a message says: nothing, one change, or one a next hop.
void decodeRouteMessage(const Message& message, std::vector<core::NetworkChange>& changes);

/// The same for all messages of a datagram.
void decodeRouteMessages(Bytes datagram, std::vector<core::NetworkChange>& changes);

/// Whether the kernel, together with what the message says, changed routes without saying so:
/// IPv4 routes go silently when their link is set down and (before Linux 6.7) with their source
/// address, next hops return silently when the link is set up, and a replaced route is not
/// reported as gone.
[[nodiscard]] bool changesRoutesSilently(const Message& message);

/// A request for a dump; nlmsg_seq is 0.
[[nodiscard]] std::vector<std::byte> routeDumpRequest(RouteDump dump);

} // namespace subflowd::netlink
