// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <filesystem>
#include <optional>

/// Settings of the network namespace of the calling thread.
namespace subflowd::host {

/// Whether TCP uses timestamps (net.ipv4.tcp_timestamps, which is for IPv6, too), as it does unless
/// told otherwise.
bool tcpTimestamps(const std::filesystem::path& sysctl = "/proc/sys/net/ipv4/tcp_timestamps");

/// How long the kernel keeps a connection that has no subflow (net.mptcp.close_timeout, in
/// seconds). Nothing where there is no such setting.
std::optional<Duration>
closeTimeout(const std::filesystem::path& sysctl = "/proc/sys/net/mptcp/close_timeout");

} // namespace subflowd::host
