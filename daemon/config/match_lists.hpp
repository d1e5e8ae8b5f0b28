// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/keys.hpp"
#include "core/configuration.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Lists of what inet_diag tells of sockets. Reading replaces the list; where there is a problem it
/// stays what it was.
namespace subflowd::config {

/// Names, which the host must know, or uids.
Problem readUsers(std::string_view value, std::vector<std::uint32_t>& users);
std::string writeUsers(std::span<const std::uint32_t> users);

Problem readControlGroups(std::string_view value, std::vector<std::string>& names);

/// VALUE or VALUE/MASK, in decimal or, after 0x, in hexadecimal digits.
Problem readMarks(std::string_view value, std::vector<core::MarkMatch>& marks);
std::string writeMarks(std::span<const core::MarkMatch> marks);

} // namespace subflowd::config
