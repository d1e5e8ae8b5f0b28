// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/filter.hpp"
#include "dbus/wire.hpp"

#include <span>

/// Filters as callers give them. Throw sdbus::Error (InvalidArgs) with a sentence.
namespace subflowd::dbus {

/// Of ListConnections. A link that does not exist matches nothing.
ConnectionFilter connectionFilter(const wire::Dictionary& arguments,
                                  std::span<const core::LinkReport> links);

/// Of OpenMonitor.
ChangeFilter changeFilter(const wire::Dictionary& arguments,
                          std::span<const core::LinkReport> links);

} // namespace subflowd::dbus
