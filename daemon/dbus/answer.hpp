// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/request.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <optional>

namespace subflowd::dbus {

/// There is no connection with a token.
sdbus::Error noSuchConnection(Token token);

/// The error that says what became of a request; nothing if it was done.
std::optional<sdbus::Error> errorOf(const core::RequestFinished& finished);

} // namespace subflowd::dbus
