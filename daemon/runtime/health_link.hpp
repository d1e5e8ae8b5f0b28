// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/health.hpp"
#include "host/mib_counters.hpp"
#include "netlink/health_socket.hpp"

#include <optional>

namespace subflowd::runtime {

/// Answers the core's questions after the health of subflows.
class HealthLink {
  public:
    /// Of the network namespace of the calling thread. Throws std::system_error.
    HealthLink() = default;

    /// Readable while samples wait.
    int fd() const { return samples_.fd(); }

    core::HealthReport receive() { return samples_.receive(); }

    /// Asks the kernel. What is known at once is returned; samples come through fd().
    std::optional<core::TcpActivity> ask(core::HealthQuestion question);

  private:
    netlink::HealthSocket samples_;
    host::MibCounters counters_;
};

} // namespace subflowd::runtime
