// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/world.hpp"

#include <cstdint>

namespace subflowd::core::joins {

/// Has the kernel send the SYN of a pending join from a local port; 0: the kernel chooses one.
void send(World& world, Connection& connection, Subflow& join, std::uint16_t port);

/// The kernel took the command of a pending join: the SYN is out.
void acknowledged(const World& world, Subflow& join);

/// A pending subflow is about to be established: how long the peer took is counted, if it is a
/// join of this daemon.
void answered(World& world, const Subflow& subflow);

} // namespace subflowd::core::joins
