// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <vector>

/// Which files are the configuration, as systemd.syntax(7) and sysctl.d(5) have it.
namespace subflowd::config {

/// The directories that hold subflowd.conf and subflowd.conf.d.
struct Directories {
    std::filesystem::path vendor; ///< /usr/lib/subflowd
    std::filesystem::path admin;  ///< /etc/subflowd
};

/// subflowd.conf of both directories, then the drop-ins of both, sorted by file name. A drop-in of
/// the administrator replaces the vendor's of the same name; an empty one, or a link to /dev/null,
/// just removes it. Only files that exist, in the order in which they are to be read.
std::vector<std::filesystem::path> findFiles(const Directories& directories);

/// FILE, whether it exists or not, then FILE.d/*.conf sorted by name.
std::vector<std::filesystem::path> findFiles(const std::filesystem::path& file);

} // namespace subflowd::config
