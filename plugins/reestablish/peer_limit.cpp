// SPDX-License-Identifier: BSD-3-Clause
#include "peer_limit.hpp"

#include "classifier.hpp"
#include "paths.hpp"
#include "schedule.hpp"

#include <algorithm>

namespace subflowd::reestablish {

namespace {

constexpr ReasonText enough{"peer-limit", "the peer takes no more than {0} subflows"};
constexpr ReasonText oneMore{"peer-limit-probe", "whether the peer takes subflow {0} is tried"};

/// A subflow that lives for so long was not closed at once.
constexpr Duration proof = std::chrono::seconds(1);

/// An attempt that is under way, or was just taken, does not show yet that there is room.
bool isOpen(const PathView& path) {
    return path.state == PathState::failed || path.state == PathState::pending ||
           path.state == PathState::up;
}

bool wasRejected(const PathView& path, const Options& options) {
    return (isOpen(path) || path.failed != never) &&
           treatmentOf(classify(path), options).reach == Reach::connection;
}

/// Of a sibling only the failure itself tells.
Instant rejectedAt(const PathView& path) {
    return isOpen(path) ? path.lastChange : path.failed;
}

/// Whether a subflow ended on a path after an instant, so that the peer has room for another.
bool madeRoom(const PathView& path, Instant after, const Options& options) {
    const bool commanded =
        path.state == PathState::idle && path.lastFailure.cause == Cause::expected;
    const bool lost = path.state == PathState::failed && path.lasted > Duration{};
    return (commanded || lost) && path.lastChange > after && !wasRejected(path, options);
}

} // namespace

PeerLimit peerLimitOf(const ConnectionView& connection, const Options& options) {
    PeerLimit limit;
    const PathView* latest = nullptr;
    for (const auto& path : connection.paths) {
        if (!wasRejected(path, options))
            continue;
        limit.row = std::max<unsigned>(limit.row, path.failures);
        if (!latest || rejectedAt(path) > rejectedAt(*latest))
            latest = &path;
    }
    if (!latest)
        return limit;
    for (const auto& path : connection.paths)
        if (madeRoom(path, rejectedAt(*latest), options))
            limit.room = std::min(limit.room, path.lastChange);
    if (limit.room != never) {
        limit.row = 0;
        return limit;
    }
    const auto treatment = treatmentOf(classify(*latest), options);
    limit.until = rejectedAt(*latest) +
                  spread(backOff(treatment, limit.row), seedOf(connection.token, *latest));
    return limit;
}

void state(const PeerLimit& limit, const ConnectionView& connection, Instant now, Plan& plan) {
    if (limit.row == 0)
        return;
    std::size_t there = 0; // what is under way already may be taken
    std::size_t established = 0;
    auto next = limit.until; // that it was taken proves nothing until it lived for a moment
    for (const auto& subflow : connection.subflows) {
        if (subflow.state != SubflowState::draining)
            ++there;
        if (!isEstablished(subflow))
            continue;
        ++established;
        next = std::max(next, subflow.since + proof);
    }
    const bool probes = next <= now;
    const auto most = std::min<std::size_t>(probes ? std::max(there, established + 1) : there, 254);
    plan.limit(LimitScope::connection, static_cast<std::uint8_t>(most),
               {probes ? &oneMore : &enough, static_cast<std::uint32_t>(most), 0});
    if (!probes)
        plan.askAgain(next);
}

} // namespace subflowd::reestablish
