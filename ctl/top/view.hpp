// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/notation.hpp"
#include "table.hpp"
#include "top/rates.hpp"

#include <cstddef>
#include <string>

namespace subflowd::ctl::top {

/// Room for a frame: connections that do not fit are counted in its last line.
struct Screen {
    std::size_t rows = SIZE_MAX;
};

std::string frameText(const Frame& frame, Screen screen, Colouring colouring);

/// One line: {"schema":1,"time":…,"interval_us":…,"links":[…],"connections":[…]}
std::string frameJson(const Frame& frame, dbus::WallTime now);

} // namespace subflowd::ctl::top
