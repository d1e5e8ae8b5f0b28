// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <utility>

namespace subflowd::dbus {

/// Keeps the reply to a call for later: a std::function wants to be copied, and a Result does not.
template <class... Values>
std::shared_ptr<sdbus::Result<Values...>> keep(sdbus::Result<Values...>&& result) {
    return std::make_shared<sdbus::Result<Values...>>(std::move(result));
}

} // namespace subflowd::dbus
