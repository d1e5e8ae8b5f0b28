// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/event.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/time.hpp>

namespace subflowd::core {

/// Whether the daemon ended a subflow.
enum class Commanded : std::uint8_t {
    no,
    yes,
    afterTimeout, ///< a join that nobody answered: its cancelling is how that shows
};

/// What is known of a subflow at the moment the kernel reports its end.
struct Ending {
    SubflowState state = SubflowState::up; ///< before the end
    Commanded commanded = Commanded::no;
    bool withdrawn = false; ///< the peer removed its address
    bool confirmed = false; ///< it had survived two round trips
    bool stale = false;     ///< a removal of its local address from before it may have ended it
};

/// Why a subflow ended (measured: K6, K7, K8 and the table of causes in the kernel notes).
Failure failureOf(const event::SubflowClosed& closed, const Ending& ending);

/// Why the kernel refused to create a subflow.
Failure failureOf(const CommandFinished& refused);

/// How long a subflow must live to be confirmed: two of its round trips, and something for the
/// machines on both ends.
Duration confirmationTime(std::uint32_t roundTripMicroseconds);

} // namespace subflowd::core
