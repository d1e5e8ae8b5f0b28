// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/ids.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::ctl {

/// What the user wants to see: "remote=10.0.0.0/8", "link=eth0", … by key. The daemon knows
/// which keys there are.
using Filter = std::map<std::string, std::string>;

/// Reads KEY=VALUE words. Throws CommandFailure (usage).
Filter parseFilter(const std::vector<std::string>& words);

/// The options of a policy, by key.
using PolicyOptions = std::map<std::string, std::string>;

/// Reads KEY=VALUE words, of which a value may be empty. Throws CommandFailure (usage).
PolicyOptions parsePolicyOptions(const std::vector<std::string>& words);

/// Reads "0x1234abcd" or "1234abcd". Throws CommandFailure (usage).
Token parseToken(std::string_view text);

} // namespace subflowd::ctl
