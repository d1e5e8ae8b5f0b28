// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>

namespace subflowd::host {

/// Whether TCP uses timestamps in the network namespace of the calling thread
/// (net.ipv4.tcp_timestamps, which is for IPv6, too), as it does unless told otherwise.
bool tcpTimestamps(const std::filesystem::path& sysctl = "/proc/sys/net/ipv4/tcp_timestamps");

} // namespace subflowd::host
