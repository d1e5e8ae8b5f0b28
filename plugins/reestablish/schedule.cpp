// SPDX-License-Identifier: BSD-3-Clause
#include "schedule.hpp"

#include <subflowd/splitmix64.hpp>

#include <algorithm>

namespace subflowd::reestablish {

namespace {

using std::chrono::milliseconds;

std::uint64_t mix(std::uint64_t before, const IpAddress& address) {
    for (const auto byte : address.bytes())
        before = splitmix64(before ^ byte);
    return before;
}

} // namespace

Duration backOff(const Treatment& treatment, unsigned row) {
    auto wait = treatment.base;
    for (unsigned n = 1; n < row && wait < treatment.cap && treatment.factor > 1; ++n)
        wait *= treatment.factor;
    return std::min(wait, treatment.cap);
}

std::uint64_t seedOf(Token token, const PathView& path) {
    const auto ends =
        mix(mix(splitmix64(static_cast<std::uint64_t>(token)), path.local), path.remote.address);
    return splitmix64(ends ^ path.remote.port ^ (static_cast<std::uint64_t>(path.failures) << 16));
}

Duration spread(Duration nominal, std::uint64_t seed) {
    constexpr std::uint64_t steps = 1001;
    return nominal / 1000 * (500 + static_cast<Duration::rep>(seed % steps));
}

Instant rescueMoment(Instant stranded, Instant earliest, Duration interval) {
    for (const auto after : {milliseconds(0), milliseconds(250), milliseconds(500)})
        if (earliest <= stranded + after)
            return stranded + after;
    return stranded + (earliest - stranded + interval - Duration{1}) / interval * interval;
}

} // namespace subflowd::reestablish
