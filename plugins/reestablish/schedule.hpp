// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "classifier.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/time.hpp>

#include <cstdint>

namespace subflowd::reestablish {

/// How long a path waits after so many failures in a row, before it is spread.
Duration backOff(const Treatment& treatment, unsigned row);

/// The number that spreads a path of a connection: the same at each call.
std::uint64_t seedOf(Token token, const PathView& path);

/// 50 % to 150 % of a duration, so that connections that failed together come one by one.
Duration spread(Duration nominal, std::uint64_t seed);

/// The first moment for an attempt of the rescue that is not before `earliest`: 0, 0.25 and 0.5 s
/// after `stranded`, then at each interval.
Instant rescueMoment(Instant stranded, Instant earliest, Duration interval);

} // namespace subflowd::reestablish
