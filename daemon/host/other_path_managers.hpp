// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Who else listens to the events of MPTCP connections in this network namespace: two path
/// managers that both act make every subflow twice.
namespace subflowd::host {

/// A line of /proc/net/netlink.
struct NetlinkSocket {
    std::uint32_t port = 0;  ///< nl_pid: often the process id of its owner
    std::uint64_t inode = 0; ///< as in the links of /proc/PID/fd

    friend bool operator==(const NetlinkSocket&, const NetlinkSocket&) = default;
};

/// The generic netlink sockets that are subscribed to a multicast group (from 1). The file shows
/// groups up to 32 only.
std::vector<NetlinkSocket> subscribers(std::string_view procNetNetlink, std::uint32_t group);

/// A process that is subscribed.
struct OtherPathManager {
    pid_t pid = 0;    ///< 0: not known, because its files are not ours to see
    std::string name; ///< as /proc/PID/comm has it; empty if it is not known

    friend bool operator==(const OtherPathManager&, const OtherPathManager&) = default;
};

/// The other processes that are subscribed to `mptcp_pm_events`, whose number `group` the kernel
/// tells. Walks through all of /proc: for the start and for `doctor`.
std::vector<OtherPathManager> otherPathManagers(std::uint32_t group,
                                                const std::filesystem::path& proc = "/proc");

} // namespace subflowd::host
