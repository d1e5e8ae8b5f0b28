// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace subflowd::ctl::doctor {

/// Whether somebody on the bus has a name. No, too, where there is no bus. Starts nobody.
bool isOnBus(const std::string& bus, const std::string& name);

} // namespace subflowd::ctl::doctor
