// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// What the daemon is called on the bus (org.subflowd1.xml).
namespace subflowd::dbus {

inline constexpr const char* serviceName = "org.subflowd1";
inline constexpr const char* managerPath = "/org/subflowd1";

namespace error {
inline constexpr const char* noSuchConnection = "org.subflowd1.Error.NoSuchConnection";
inline constexpr const char* invalidConfiguration = "org.subflowd1.Error.InvalidConfiguration";
inline constexpr const char* invalidArgs = "org.freedesktop.DBus.Error.InvalidArgs";
inline constexpr const char* accessDenied = "org.freedesktop.DBus.Error.AccessDenied";
inline constexpr const char* limitsExceeded = "org.freedesktop.DBus.Error.LimitsExceeded";
} // namespace error

} // namespace subflowd::dbus
