// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <string>

namespace subflowd::ctl {

/// Whether somebody has a name on the bus. Asking starts nobody. Throws sdbus::Error.
bool hasOwner(sdbus::IConnection& bus, const std::string& name);

} // namespace subflowd::ctl
