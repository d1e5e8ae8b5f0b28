// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/guard_settings.hpp"

#include <subflowd/policy.hpp>
#include <subflowd/time.hpp>

#include <chrono>
#include <vector>

namespace subflowd::core {

/// What the host is set to that matters to connections: read at the start and whenever it may have
/// changed, because the kernel reports no change of it.
struct HostFacts {
    std::vector<SignalEndpoint> signalEndpoints; ///< of the in-kernel path manager

    /// net.ipv4.tcp_timestamps: with them ADD_ADDR of an IPv6 address and a port does not fit into
    /// a segment, and the kernel sends nothing without saying so (K19).
    bool tcpTimestamps = true;

    /// net.mptcp.close_timeout
    Duration closeTimeout = std::chrono::seconds(60);

    /// net.ipv4.ip_local_port_range: of subflows whose port nobody names, of IPv6 too.
    PortRange ephemeralPorts{32768, 60999};

    /// net.ipv4.ip_local_reserved_ports: of those, what nobody gets without naming it.
    std::vector<PortRange> reservedPorts{};

    friend bool operator==(const HostFacts&, const HostFacts&) = default;
};

} // namespace subflowd::core
