// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace subflowd::host {

/// Names a network namespace of the running system: the inode of /proc/PID/ns/net.
enum class NetworkNamespace : std::uint64_t {};

/// The network namespace of this thread. Throws std::system_error if /proc does not tell it.
NetworkNamespace currentNetworkNamespace();

/// "netns-4026531840": how files of a namespace begin.
std::string fileStem(NetworkNamespace name);

} // namespace subflowd::host
