// SPDX-License-Identifier: BSD-3-Clause
#include "core/table_entries.hpp"

#include "core/records.hpp"

namespace subflowd::core::table_entries {

TableEntry of(const World& world, const Connection& connection, LocalRef local) {
    const auto& address = world.links.local(local).address;
    for (const auto& path : connection.paths)
        if (path.entry != TableEntry::none && world.links.local(path.local).address == address)
            return path.entry;
    return TableEntry::none;
}

void forget(const World& world, Connection& connection, LocalRef local) {
    const auto& address = world.links.local(local).address;
    for (auto& path : connection.paths)
        if (world.links.local(path.local).address == address)
            path.entry = TableEntry::none;
}

void renewId(World& world, Connection& connection, LocalRef local, const std::bitset<256>& taken) {
    records::adoptId(world, connection, local, records::otherId(world, connection, local, taken));
    forget(world, connection, local);
}

} // namespace subflowd::core::table_entries
