// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>

namespace subflowd::host {

/// Where cgroup v2 is mounted; empty if it is not.
std::filesystem::path controlGroupRoot();

/// The names of control groups by their ids, which are the numbers of their directories and are
/// never used again.
class ControlGroups {
  public:
    explicit ControlGroups(std::filesystem::path root = controlGroupRoot())
        : root_(std::move(root)) {}

    /// The path of a control group below the root, "/" for the root itself; empty if there is none
    /// that can be seen from here. Reads the directories at the first question after an id.
    const std::string& pathOf(std::uint64_t id);

  private:
    static constexpr std::size_t mostKnown = 4096;

    std::filesystem::path root_;
    std::unordered_map<std::uint64_t, std::string> known_;
};

} // namespace subflowd::host
