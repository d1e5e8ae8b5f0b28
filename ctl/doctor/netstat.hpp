// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace subflowd::ctl::doctor {

/// The counters of a group of /proc/net/netstat ("MPTcpExt"): a line of names, then a line of
/// numbers. Empty if the group is not there.
std::map<std::string, std::uint64_t> counters(std::string_view netstat, std::string_view group);

} // namespace subflowd::ctl::doctor
