// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/kernel_endpoint.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

/// Mode=kernel: what the daemon changed of the in-kernel path manager, kept over its death in short
/// files, so that the next one knows its own from what others made. What cannot be read is nothing.
namespace subflowd::host {

/// Which endpoints the daemon made.
class EndpointMemory {
  public:
    explicit EndpointMemory(std::filesystem::path file);

    std::vector<core::KernelEndpoint> recall() const;

    /// None: the file goes. 0, or errno.
    int remember(std::span<const core::KernelEndpoint> endpoints) const;

  private:
    std::filesystem::path file_;
};

/// How the daemon raised the limits.
struct RaisedLimits {
    core::KernelLimits before;
    core::KernelLimits after;

    friend bool operator==(const RaisedLimits&, const RaisedLimits&) = default;
};

class LimitMemory {
  public:
    explicit LimitMemory(std::filesystem::path file);

    std::optional<RaisedLimits> recall() const;

    /// Nothing: the file goes. 0, or errno.
    int remember(const std::optional<RaisedLimits>& raised) const;

  private:
    std::filesystem::path file_;
};

} // namespace subflowd::host
