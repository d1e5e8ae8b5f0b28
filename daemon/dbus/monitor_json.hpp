// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "dbus/notation.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The lines of a monitor: one JSON object each, ended by a newline.
namespace subflowd::dbus {

/// What changed. `linkName` is empty if the link has no name (any more).
std::string monitorLine(const core::Change& change, std::string_view linkName, WallTime when);

/// How many lines a slow reader missed at this place.
std::string lostLine(std::uint64_t count, WallTime when);

} // namespace subflowd::dbus
