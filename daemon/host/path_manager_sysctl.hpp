// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace subflowd::host {

/// Whether net.mptcp.enabled lets applications use MPTCP.
enum class MptcpEnabled : std::uint8_t {
    yes,
    no,
    noMptcp, ///< the sysctl is not there: the kernel has no MPTCP
};

/// Who manages the paths of connections that are opened from now on.
enum class PathManager : std::uint8_t { kernel, userspace };

/// Chooses the path manager of new connections: net.mptcp.path_manager, or pm_type (0 kernel, 1
/// userspace) on kernels without it. Of the network namespace of the calling thread.
class PathManagerSysctl {
  public:
    /// `directory` is /proc/sys/net/mptcp. `memory` is a file that keeps what was set before over
    /// the death of this process, so that the next one does not take its own setting for the
    /// administrator's; empty: nothing is kept.
    PathManagerSysctl(std::filesystem::path directory, std::filesystem::path memory);

    MptcpEnabled enabled() const;

    /// "kernel", "userspace" or what else the kernel has; nothing if it cannot be read.
    std::optional<std::string> current() const;

    /// Sets the path manager. Returns what prevented it, as a sentence; nothing if it is set.
    std::optional<std::string> takeOver(PathManager manager);

    /// Sets what the first takeOver() found, unless somebody else changed it since. Returns what
    /// prevented it, as a sentence.
    std::optional<std::string> restore();

  private:
    bool hasNames() const;
    std::optional<std::string> set(const std::string& manager) const;

    struct Taken {
        std::string before; ///< what takeOver() found
        std::string set;    ///< what it set
    };

    std::optional<Taken> remembered() const;
    void remember(const Taken& taken) const;

    std::filesystem::path directory_;
    std::filesystem::path memory_;
    std::optional<Taken> taken_; ///< by this daemon
};

} // namespace subflowd::host
