// SPDX-License-Identifier: BSD-3-Clause
#include "core/charges.hpp"

#include <algorithm>

namespace subflowd::core::charges {

namespace {

const IpAddress& hostOf(const World& world, const Connection& connection, const Subflow& join) {
    return world.remotes[connection.paths[join.path].remote].endpoint.address;
}

} // namespace

bool canAfford(const World& world, const Connection& connection, RemoteRef remote) {
    return next(world, connection, remote) <= world.now;
}

Instant next(const World& world, const Connection& connection, RemoteRef remote) {
    const auto& settings = world.configuration->guard;
    const auto ofHost = world.joinBudget.next(settings, world.remotes[remote].endpoint.address);
    return connection.stranded == never
               ? std::max(connection.joins.next(settings.connectionJoins), ofHost)
               : ofHost;
}

std::size_t pendingJoins(const Connection& connection) {
    return static_cast<std::size_t>(std::ranges::count_if(connection.subflows, isPendingJoin));
}

void take(World& world, Connection& connection, Subflow& join) {
    const auto& settings = world.configuration->guard;
    connection.joins.take(world.now, settings.connectionJoins);
    world.joinBudget.take(settings, hostOf(world, connection, join), world.now);
    join.charge = Charge::taken;
}

void giveBack(World& world, Connection& connection, Subflow& join) {
    if (join.charge != Charge::taken)
        return;
    const auto& settings = world.configuration->guard;
    connection.joins.giveBack(settings.connectionJoins);
    world.joinBudget.giveBack(settings, hostOf(world, connection, join));
    join.charge = Charge::givenBack;
}

void takeAgain(World& world, Connection& connection, Subflow& join) {
    if (join.charge == Charge::givenBack)
        take(world, connection, join);
}

} // namespace subflowd::core::charges
