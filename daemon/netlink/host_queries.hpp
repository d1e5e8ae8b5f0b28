// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/socket_sample.hpp"

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>

#include <optional>
#include <vector>

/// What the kernel is set to, for `subflowctl doctor`: asked in the network namespace of the
/// calling thread, and waited for. Needs no privilege. Nothing: the kernel did not answer.
namespace subflowd::netlink {

/// The link through which the kernel would send a packet from a local address, all rules and
/// tables considered; noLink if it would not (no route).
[[nodiscard]] std::optional<LinkIndex> routedLink(const IpAddress& from, const IpAddress& to);

struct SocketSamples {
    std::vector<ConnectionSample> connections;
    std::vector<SubflowSample> subflows;
};

/// Asks inet_diag for everything. Throws std::system_error.
[[nodiscard]] SocketSamples sampleSockets();

} // namespace subflowd::netlink
