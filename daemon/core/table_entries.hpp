// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/world.hpp"

#include <bitset>

/// What the kernel's table of a connection's local addresses has because of joins (K14, K15). What
/// other path managers left there shows when a command is refused.
namespace subflowd::core::table_entries {

/// Of a local address.
TableEntry of(const World& world, const Connection& connection, LocalRef local);

/// The kernel deleted the entry: with REMOVE, with the end of a subflow, or because a join could
/// not be sent.
void forget(const World& world, Connection& connection, LocalRef local);

/// An entry with a port keeps its id, so what follows from that address has another, which is none
/// of these either.
void renewId(World& world, Connection& connection, LocalRef local,
             const std::bitset<256>& taken = {});

} // namespace subflowd::core::table_entries
