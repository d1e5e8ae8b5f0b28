// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace subflowd::host {

/// The first line of a short file, such as a sysctl; nothing if it cannot be read.
std::optional<std::string> readLine(const std::filesystem::path& path);

/// All of a file of some kilobytes; nothing if it cannot be read.
std::optional<std::string> readText(const std::filesystem::path& path);

/// Writes a short text in one go, as sysctls want it; `flags` as of open(2) beside O_WRONLY. 0, or
/// errno.
int writeText(const std::filesystem::path& path, int flags, const std::string& text);

/// Puts a file with a text in the place of another, if there is one: whoever is killed meanwhile
/// leaves the old or the new one. 0, or errno.
int replaceText(const std::filesystem::path& path, const std::string& text);

} // namespace subflowd::host
