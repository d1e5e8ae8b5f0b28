// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/world.hpp"

#include <subflowd/address.hpp>
#include <subflowd/reason.hpp>

#include <optional>

/// What [Guard] says of paths, whatever a policy wants. Pure questions: the answers follow the host
/// and the configuration as they are now.
namespace subflowd::core::guard {

/// Why an address that the peer announced is not to be joined (threats T1, T2). The kernel hands
/// over whatever a peer announces, and a join to 0.0.0.0 reaches this host itself (K23). Null: it
/// may be joined.
const ReasonText* refusalOf(const World& world, const Connection& connection,
                            const Endpoint& announced);

/// Why a connection is not to have a subflow from a local address (threat T6): it would leave the
/// tunnel, VRF or device through which the connection began. Null: it may.
const ReasonText* refusalOf(const World& world, const Connection& connection, LocalRef local);

/// The IPv4 address that a translator or tunnel takes out of an IPv6 one and goes to: NAT64
/// (RFC 6052), 6to4 (RFC 3056), Teredo (RFC 4380), and the deprecated IPv4-compatible form.
std::optional<IpAddress> embeddedIpv4(const IpAddress& address);

/// Whether an attempt on a path is one that the peer provoked, which a budget pays for: it goes to
/// an address that was announced, or repeats one that failed.
bool isProvoked(const Connection& connection, RemoteRef remote, const Path* path);

} // namespace subflowd::core::guard
