// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "host/mib_counters.hpp"

#include <subflowd/time.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace subflowd::host {

/// The kernel's verdict that networks swallow MPTCP: after connections whose SYNs were answered
/// only without its option, it opens none with MPTCP for net.mptcp.blackhole_timeout, an hour and
/// then longer and longer. It does not know when the network became another one.
class BlackHoleVerdict {
  public:
    /// Between two times it is lifted: networks that swallow MPTCP cost each new connection
    /// seconds.
    static constexpr Duration interval = std::chrono::minutes(1);

    enum class Lifted : std::uint8_t { no, yes };

    explicit BlackHoleVerdict(
        std::filesystem::path sysctl = "/proc/sys/net/mptcp/blackhole_timeout",
        const std::filesystem::path& netstat = "/proc/thread-self/net/netstat");

    /// Lifts the verdict if there was one since the last time. Writing the sysctl, even its own
    /// value, does that. Kernels before 6.12 have neither.
    Lifted lift(Instant now);

  private:
    std::filesystem::path sysctl_;
    MibCounters counters_;
    std::uint64_t verdicts_ = 0; ///< those that were lifted (MPTcpExt Blackhole)
    Instant next_{};
};

} // namespace subflowd::host
