// SPDX-License-Identifier: BSD-3-Clause
#include "reestablish.hpp"

#include "classifier.hpp"
#include "memory.hpp"
#include "paths.hpp"
#include "probing.hpp"
#include "rescue.hpp"
#include "schedule.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace subflowd::reestablish {

namespace {

constexpr ReasonText gaveUp{"again-gave-up",
                            "failed {0} times in a row: waits for a change of the network"};
constexpr ReasonText tooSlow{"poor-performance", "the peer found the path too slow (reason 5)"};

std::uint32_t secondsOf(Duration duration) {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

/// Since when the connection has an established subflow.
Instant carriedSince(const ConnectionView& connection) {
    auto since = never;
    for (const auto& subflow : connection.subflows)
        if (isEstablished(subflow))
            since = std::min(since, subflow.since);
    return since;
}

/// The end of a wait, before its time if the network brought another connection an answer from
/// there. An eighth of it remains: what works for others need not work for this one.
Instant sooner(const PathView& path, Duration wait, std::uint64_t seed) {
    constexpr Duration soon = std::chrono::milliseconds(250);
    const auto failed = failedAt(path);
    const auto end = failed + wait;
    if (path.answered <= failed || !blamesNetwork(path.lastFailure.cause))
        return end;
    return std::min(end, std::max(path.answered + spread(soon, seed), failed + wait / 8));
}

/// What other connections found out keeps this one from finding it out, too.
void avoid(const ConnectionView& connection, PathId id, const HostView& host, Plan& plan) {
    const auto& path = connection.paths[static_cast<std::size_t>(id)];
    if (const auto warning = recall(connection, path, host))
        plan.hold(id, Until::time, warning->until, warning->reason);
}

/// A path that was too slow for the peer carries nothing while there is another.
void demote(const ConnectionView& connection, Plan& plan) {
    for (std::size_t i = 0; i < connection.subflows.size(); ++i) {
        const auto& subflow = connection.subflows[i];
        const auto& path = connection.paths[static_cast<std::size_t>(subflow.path)];
        if (isEstablished(subflow) && classify(path) == Class::poorPerformance)
            plan.setPriority(static_cast<SubflowId>(i), Priority::backup, {&tooSlow, 0, 0});
    }
}

} // namespace

Reestablish::Reestablish(const Settings& given) : options_(readOptions(given)) {}

void Reestablish::learn(const Fact& fact, Store& memory) {
    remember(fact, memory);
}

void Reestablish::plan(const ConnectionView& connection, const HostView& host, Plan& plan) {
    if (connection.side == Side::server)
        return;
    const bool rescues = options_.rescue == Rescue::yes;
    if (rescues && connection.stranded != never)
        return rescue(connection, host, plan);
    if (rescues)
        keepLast(connection, plan);
    probeSuspects(connection, host, options_, plan);
    const auto hopeless = rescues ? allSuspectSince(connection) : never;
    const auto limit = peerLimitOf(connection, options_);
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        if (!canBeJoined(connection, path))
            continue;
        if (path.subflows > 0 && path.failed != never)
            tryAgain(connection, static_cast<PathId>(i), limit, plan); // a sibling is missing
        if (path.subflows > 0)
            continue;
        if (hopeless != never)
            hasten(connection, static_cast<PathId>(i), hopeless, plan);
        else if (path.state == PathState::failed)
            tryAgain(connection, static_cast<PathId>(i), limit, plan);
        else if (path.state == PathState::idle)
            avoid(connection, static_cast<PathId>(i), host, plan);
    }
    state(limit, connection, host.now, plan);
    demote(connection, plan);
}

void Reestablish::tryAgain(const ConnectionView& connection, PathId id, const PeerLimit& limit,
                           Plan& plan) const {
    const auto& path = connection.paths[static_cast<std::size_t>(id)];
    const auto kind = classify(path);
    if (kind == Class::nothing || isInvited(connection, path))
        return;
    const auto treatment = treatmentOf(kind, options_);
    const auto turn = turnOf(connection, path, limit);
    if (turn.row > treatment.most) {
        const auto until =
            treatment.reach == Reach::forGood ? Until::operatorActs : Until::networkChange;
        plan.hold(id, until, {},
                  treatment.most == 0 ? Reason{treatment.text, 0, 0}
                                      : Reason{&gaveUp, path.failures, 0});
        return;
    }
    plan.retry(id, turn.at, {treatment.text, secondsOf(turn.at - turn.from), path.failures});
}

/// When a path is due, and which attempt in a row that is.
Reestablish::Turn Reestablish::turnOf(const ConnectionView& connection, const PathView& path,
                                      const PeerLimit& limit) const {
    const auto kind = classify(path);
    const auto treatment = treatmentOf(kind, options_);
    const auto seed = seedOf(connection.token, path);
    const bool limited = treatment.reach == Reach::connection;
    if (limited && limit.room != never)
        return {limit.room, limit.room + spread(options_.base, seed), 1};
    if (limited)
        return {failedAt(path), limit.until, limit.row};
    const auto carried = carriedSince(connection);
    if (failedAt(path) <= carried && carried != never) // failed when nothing got through
        return {carried, carried + spread(backOff(treatment, 1), seed), 1};
    const auto row = rowOf(kind, path.failures);
    return {failedAt(path), sooner(path, spread(backOff(treatment, row), seed), seed), row};
}

} // namespace subflowd::reestablish
