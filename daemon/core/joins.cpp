// SPDX-License-Identifier: BSD-3-Clause
#include "core/joins.hpp"

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

} // namespace subflowd::core::joins
