// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/outcome.hpp"

namespace subflowd::core {

/// A change of a connection, to be filled in.
inline Change changeOf(Change::Kind kind, const Connection& connection) {
    Change change;
    change.kind = kind;
    change.token = connection.token;
    change.side = connection.side;
    return change;
}

} // namespace subflowd::core
