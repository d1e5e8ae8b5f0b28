// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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

    friend bool operator==(const HostFacts&, const HostFacts&) = default;
};

} // namespace subflowd::core
