// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sdbus-c++/Types.h>

#include <string>

namespace subflowd::dbus {

inline constexpr const char* linkPath = "/org/subflowd1/link";
inline constexpr const char* policyPath = "/org/subflowd1/policy";

/// The path of an object that is called so, under a parent; names may hold what paths may not.
sdbus::ObjectPath objectPath(const char* parent, const std::string& name);

} // namespace subflowd::dbus
