// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/world.hpp"

#include <cstdint>

namespace subflowd::core::joins {

/// Has the kernel send the SYN of a pending join from a local port; 0: the kernel chooses one.
void send(World& world, Connection& connection, Subflow& join, std::uint16_t port);

} // namespace subflowd::core::joins
