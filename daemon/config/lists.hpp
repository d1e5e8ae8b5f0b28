// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/keys.hpp"
#include "core/guard_settings.hpp"

#include <subflowd/address.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Values that are lists of words, for the keys of more than one section. Reading replaces the
/// list; where there is a problem it stays what it was.
namespace subflowd::config {

Problem readPrefixes(std::string_view value, std::vector<Prefix>& prefixes);
std::string writePrefixes(std::span<const Prefix> prefixes);

Problem readPorts(std::string_view value, std::vector<core::PortRange>& ports);
std::string writePorts(std::span<const core::PortRange> ports);

} // namespace subflowd::config
