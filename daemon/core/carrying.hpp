// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/failure.hpp"
#include "core/records.hpp"
#include "core/world.hpp"

#include <algorithm>
#include <cstdint>

namespace subflowd::core {

/// Whether something carries what other subflows carried.
enum class Carrying : std::uint8_t {
    nothing,
    unproven, ///< the peer did not accept it for sure yet
    proven,
};

/// Looks at the subflows from those local addresses that may carry. `again` becomes the moment when
/// one that is unproven will be proven, if that is earlier.
template <class Predicate>
Carrying carryingFrom(const World& world, const Connection& connection, Instant& again,
                      Predicate&& may) {
    auto carrying = Carrying::nothing;
    for (const auto& subflow : connection.subflows) {
        const bool works =
            counts(subflow) && subflow.state == SubflowState::up && !isSuspect(subflow);
        if (!works || !may(world.localOf(connection, subflow)))
            continue;
        if (records::isConfirmed(subflow, world.now))
            return Carrying::proven;
        carrying = Carrying::unproven;
        again = std::min(again, subflow.since + confirmationTime(subflow.roundTrip));
    }
    return carrying;
}

} // namespace subflowd::core
