// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/guard_settings.hpp"

#include <subflowd/time.hpp>

#include <filesystem>
#include <optional>
#include <vector>

/// Settings of the network namespace of the calling thread.
namespace subflowd::host {

/// Whether TCP uses timestamps (net.ipv4.tcp_timestamps, which is for IPv6, too), as it does unless
/// told otherwise.
bool tcpTimestamps(const std::filesystem::path& sysctl = "/proc/sys/net/ipv4/tcp_timestamps");

/// How long the kernel keeps a connection that has no subflow (net.mptcp.close_timeout, in
/// seconds). Nothing where there is no such setting.
std::optional<Duration>
closeTimeout(const std::filesystem::path& sysctl = "/proc/sys/net/mptcp/close_timeout");

/// The ports that the kernel gives to sockets which name none (net.ipv4.ip_local_port_range).
/// Nothing where the text is another.
std::optional<core::PortRange>
ephemeralPorts(const std::filesystem::path& sysctl = "/proc/sys/net/ipv4/ip_local_port_range");

/// Those of them that it keeps back (net.ipv4.ip_local_reserved_ports).
std::vector<core::PortRange>
reservedPorts(const std::filesystem::path& sysctl = "/proc/sys/net/ipv4/ip_local_reserved_ports");

} // namespace subflowd::host
