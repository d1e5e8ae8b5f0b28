// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/report.hpp"
#include "dbus/host.hpp"
#include "dbus/wire.hpp"

/// What the core shows, as D-Bus carries it.
namespace subflowd::dbus {

wire::Connection encode(const core::ConnectionReport& connection, Instant now);
wire::Path encode(const core::PathReport& path, Instant now);
wire::Link encode(const core::LinkReport& link);

/// The dictionary of GetStatus.
wire::Dictionary encode(const Status& status, const core::Engine& engine);

} // namespace subflowd::dbus
