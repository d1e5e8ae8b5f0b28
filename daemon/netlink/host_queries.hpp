// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/ack_codec.hpp"
#include "netlink/family.hpp"
#include "netlink/socket_sample.hpp"

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>

#include <cstdint>
#include <optional>
#include <vector>

/// What the kernel is set to, for `subflowctl doctor`: asked in the network namespace of the
/// calling thread, and waited for. Needs no privilege. Nothing: the kernel did not answer.
namespace subflowd::netlink {

/// All endpoints of the in-kernel path manager (`ip mptcp endpoint`).
[[nodiscard]] std::optional<std::vector<KernelEndpoint>> kernelEndpoints(FamilyId family);

/// What the in-kernel path manager is limited to, for each connection (`ip mptcp limits`).
struct KernelLimits {
    std::uint32_t subflows = 0;          ///< beyond the initial one
    std::uint32_t acceptedAddresses = 0; ///< announced by the peer and joined

    friend bool operator==(const KernelLimits&, const KernelLimits&) = default;
};

[[nodiscard]] std::optional<KernelLimits> kernelLimits(FamilyId family);

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
