// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "host/file_descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace subflowd::host {

/// A counter of /proc/net/netstat: of a group ("TcpExt", "MPTcpExt") by its name. Nothing if the
/// text does not have it.
std::optional<std::uint64_t> mibCounter(std::string_view netstat, std::string_view group,
                                        std::string_view name);

/// All counters of a group, by name.
std::map<std::string, std::uint64_t> mibCounters(std::string_view netstat, std::string_view group);

/// The MIB counters of the network namespace of the thread that makes the object.
class MibCounters {
  public:
    explicit MibCounters(const std::filesystem::path& file = "/proc/thread-self/net/netstat");

    /// All of them, as the kernel writes them; empty if they cannot be read. Lives until the next
    /// call.
    std::string_view read();

  private:
    FileDescriptor file_;
    std::string text_;
};

} // namespace subflowd::host
