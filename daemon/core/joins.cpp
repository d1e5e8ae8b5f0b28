// SPDX-License-Identifier: BSD-3-Clause
#include "core/joins.hpp"

#include <chrono>

namespace subflowd::core::joins {

void send(World& world, Connection& connection, Subflow& join, std::uint16_t port) {
    auto& path = connection.paths[join.path];
    path.entry = port == 0 ? TableEntry::ofAddress : TableEntry::ofPort;
    join.portTries = static_cast<std::uint8_t>(join.portTries + (port != 0));
    const auto& local = world.links.local(path.local);
    const auto tuple = world.tupleOf(connection, join);
    join.create = world.issue(command::CreateSubflow{connection.token, local.address, join.localId,
                                                     local.link, port, tuple.remote, join.remoteId,
                                                     join.priority},
                              {{},
                               InFlight::Kind::createSubflow,
                               connection.token,
                               tuple,
                               join.localId,
                               join.priority,
                               {}});
}

void acknowledged(const World& world, Subflow& join) {
    join.ackedAfter = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(world.now - join.since).count());
}

/// A join that vanished was answered at some time before it was looked for, nobody knows when.
void answered(World& world, const Subflow& subflow) {
    if (subflow.create == CommandId{} || subflow.vanished)
        return;
    const bool overtaken = subflow.ackedAfter == Subflow::notAcked;
    const auto acked =
        overtaken ? world.now : subflow.since + std::chrono::microseconds{subflow.ackedAfter};
    world.latencies.ackToEstablished.add(world.now - acked);
}

} // namespace subflowd::core::joins
