// SPDX-License-Identifier: BSD-3-Clause
#include "refresh.hpp"

#include <subflowd/splitmix64.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace subflowd::refresh {

namespace {

constexpr ReasonText tooSlow{"refresh-too-slow",
                             "the slowest of its siblings, for two rounds: a fresh one is tried"};

/// A subflow that is slow once may have lost a segment.
constexpr std::uint8_t roundsOfProof = 2;

/// How long a fresh subflow may take to be answered.
constexpr Duration patience = std::chrono::seconds(5);

/// A fresh subflow beside old ones on a full path takes seconds to get its share; another one would
/// have to begin again.
bool hasGrown(std::uint64_t before, std::uint64_t now) {
    return now > before + before / 8;
}

/// 80 % to 120 %, always the same for a connection: many that began together are not compared, and
/// replaced, in the same moment.
Duration spread(Duration period, Token token) {
    const auto value = splitmix64(static_cast<std::uint64_t>(token));
    return period / 1000 * (800 + static_cast<Duration::rep>(value % 401));
}

} // namespace

Refresh::Refresh(const Settings& given)
    : period_(given.duration("Period", std::chrono::milliseconds(500), std::chrono::minutes(1),
                             std::chrono::milliseconds(2500))),
      threshold_(static_cast<std::uint64_t>(given.number("Threshold", 1, 90, 50))),
      leastRate_(
          static_cast<std::uint64_t>(given.number("MinRate", 0, 1'000'000'000'000, 1'000'000))) {}

void Refresh::plan(const ConnectionView& connection, const HostView& host, Plan& plan) {
    const auto path = siblingPath(connection);
    if (connection.side == Side::server || !path)
        return;
    auto state = read(connection.remembered);
    if (state.replacing != 0)
        goOn(connection, *path, host.now, state);
    else if (state.fruitless < State::mostFruitless)
        judge(compare(connection, *path, period_ / 2), host.now, state);
    say(connection, *path, state, plan);
}

/// One is being replaced: until it drains, or the fresh one came to nothing.
void Refresh::goOn(const ConnectionView& connection, PathId path, Instant now, State& state) const {
    const auto tried = connection.paths[static_cast<std::size_t>(path)].tried;
    const bool there = siblingAt(connection, path, state.replacing).has_value();
    const bool failed = tried >= state.time && !hasSuccessor(connection, path);
    const bool hindered = tried < state.time && now >= state.time + patience;
    if (!there || failed || hindered)
        giveUp(now, state);
}

/// What follows tells whether it helped. Until then it did not, and the next one waits for longer.
void Refresh::giveUp(Instant now, State& state) const {
    state.time = now + period_ * (1U << state.fruitless);
    ++state.fruitless;
    state.replacing = state.laggard = 0;
    state.rounds = 0;
}

void Refresh::judge(const Comparison& found, Instant now, State& state) const {
    if (found.when <= state.judged)
        return; // no round went by
    state.judged = found.when;
    if (found.total < leastRate_) { // who does not send much does not learn what a path can do
        state.laggard = 0;
        state.rounds = 0;
        return;
    }
    if (found.least * 100 >= found.middle * threshold_) {
        state = {.judged = found.when};
        return;
    }
    const bool again = state.laggard == found.slowest && !hasGrown(state.rate, found.least);
    state.rounds = again ? static_cast<std::uint8_t>(std::min<int>(state.rounds + 1, roundsOfProof))
                         : std::uint8_t{1};
    state.laggard = found.slowest;
    state.rate = found.least;
    if (state.rounds < roundsOfProof || now < state.time || state.fruitless >= State::mostFruitless)
        return;
    state.replacing = state.laggard;
    state.time = now;
}

void Refresh::say(const ConnectionView& connection, PathId path, const State& state,
                  Plan& plan) const {
    plan.remember(write(state));
    if (state.fruitless < State::mostFruitless || state.replacing != 0)
        plan.measure(spread(period_, connection.token));
    if (state.replacing == 0)
        return;
    if (const auto old = siblingAt(connection, path, state.replacing)) {
        plan.refresh(*old, state.time, patience, {&tooSlow, 0, 0}, Replacement::evenIfAlive);
        plan.askAgain(state.time + patience);
    }
}

} // namespace subflowd::refresh
