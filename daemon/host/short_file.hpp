// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace subflowd::host {

/// The first line of a short file, such as a sysctl; nothing if it cannot be read.
std::optional<std::string> readLine(const std::filesystem::path& path);

} // namespace subflowd::host
