// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "host/file_descriptor.hpp"

#include <string>
#include <string_view>

namespace subflowd::host {

/// Makes this the only subflowd of its network namespace: an abstract unix socket, whose names
/// belong to the network namespace and vanish with the process.
class InstanceLock {
  public:
    /// Throws std::runtime_error if another daemon, of root or of this user, has the name. Anybody
    /// may take an abstract name: if somebody else did, this goes on and says so (warning()).
    explicit InstanceLock(std::string_view name = "subflowd");

    /// A sentence; empty if the name is ours.
    const std::string& warning() const { return warning_; }

  private:
    FileDescriptor socket_;
    std::string warning_;
};

} // namespace subflowd::host
