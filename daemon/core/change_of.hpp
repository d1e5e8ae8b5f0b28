// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/outcome.hpp"
#include "core/world.hpp"

namespace subflowd::core {

/// A change of a connection, to be filled in.
inline Change changeOf(Change::Kind kind, const Connection& connection) {
    Change change;
    change.kind = kind;
    change.token = connection.token;
    change.side = connection.side;
    return change;
}

/// A change of a subflow as it is known, to be filled in.
inline Change changeOf(Change::Kind kind, const World& world, const Connection& connection,
                       const Subflow& subflow) {
    auto change = changeOf(kind, connection);
    change.tuple = world.tupleOf(connection, subflow);
    change.link = world.localOf(connection, subflow).link;
    change.localId = subflow.localId;
    change.remoteId = subflow.remoteId;
    return change;
}

} // namespace subflowd::core
