// SPDX-License-Identifier: BSD-3-Clause
#include "core/reasons.hpp"
#include "core/reconciler.hpp"
#include "core/records.hpp"

#include <algorithm>

/// The part of the reconciler that has fresh subflows take the place of those that seem dead, or
/// are too slow. To destroy a dead one at once stalls the application for seconds; one that is
/// drained beside its successor does not (K30).
namespace subflowd::core {

namespace {

Subflow* find(Connection& connection, std::uint16_t path, auto&& predicate) {
    const auto at = std::ranges::find_if(connection.subflows, [&](const Subflow& subflow) {
        return subflow.path == path && predicate(subflow);
    });
    return at == connection.subflows.end() ? nullptr : &*at;
}

bool isHeir(const Subflow& subflow) {
    return isSuccessor(subflow) && !subflow.closing;
}

/// The subflow whose place another is to take; null: it ended, or is ending.
Subflow* predecessorOf(Connection& connection, const Subflow& fresh) {
    return find(connection, fresh.path, [&fresh](const Subflow& subflow) {
        return subflow.localPort == fresh.succeeds && counts(subflow) &&
               subflow.state == SubflowState::up;
    });
}

/// When a peer that takes no more would have closed a fresh subflow (K8). Somewhat sooner than what
/// proves it to everybody: a path that is back should be in use.
Instant acceptedAt(const Subflow& fresh) {
    constexpr Duration margin = std::chrono::milliseconds(20);
    return fresh.since + 2 * std::chrono::microseconds(fresh.roundTrip) + margin;
}

/// The last moment after which another attempt on the path makes sense.
Instant lastTry(const Connection& connection, const Subflow& old) {
    return std::max(connection.paths[old.path].tried, old.suspected);
}

Duration patienceOf(const Plan::Refreshed& stated, const Subflow& old) {
    return std::max({stated.patience, Reconciler::leastPatience,
                     Duration{2 * std::chrono::microseconds(old.roundTrip)}});
}

/// A statement that still fits: policies see what was there before this round.
Subflow* oldOf(Connection& connection, const Plan::Refreshed& stated) {
    const auto index = static_cast<std::size_t>(stated.subflow);
    if (index >= connection.subflows.size())
        return nullptr;
    auto& subflow = connection.subflows[index];
    const bool fits = isSuspect(subflow) || stated.replacement == Replacement::evenIfAlive;
    const bool established = subflow.state == SubflowState::up && subflow.localPort != 0;
    return fits && established && counts(subflow) ? &subflow : nullptr;
}

/// From when on a subflow may have a successor. One that is well is replaced no faster than a dead
/// one is probed, whatever a policy says.
Instant dueAt(const Connection& connection, const Plan::Refreshed& stated, const Subflow& old) {
    if (isSuspect(old))
        return stated.time;
    return std::max(stated.time, connection.paths[old.path].tried + Reconciler::leastPatience);
}

bool anyCarries(const Connection& connection) {
    return std::ranges::any_of(connection.subflows, carries);
}

/// It disturbs nothing as backup. But where nothing carries, it is to carry as soon as it is there:
/// its priority goes with the join then, for MP_PRIO may get lost (RFC 8684, 3.3.8), and the peer
/// would go on sending on what is dead.
Priority priorityOfHeir(const Connection& connection, const Subflow& old) {
    return anyCarries(connection) ? Priority::backup : intendedPriority(old);
}

} // namespace

void Reconciler::refresh(const Work& work) {
    adoptHeirs(work);
    handOver(work);
    dropNeedless(work);
    for (const auto& stated : work.judgement.refreshes)
        replace(work, stated);
}

/// The old one ended before its successor was ready: what is there is an ordinary subflow then.
void Reconciler::adoptHeirs(const Work& work) {
    for (auto& fresh : work.connection.subflows) {
        if (!isHeir(fresh) || predecessorOf(work.connection, fresh))
            continue;
        fresh.succeeds = 0;
        if (fresh.state == SubflowState::up)
            setPriority(work, fresh, work.connection.paths[fresh.path].priority,
                        {&reasons::handedOver, 0, 0});
    }
}

/// A successor that the peer accepted, and did not close at once (K8).
void Reconciler::handOver(const Work& work) {
    for (auto& fresh : work.connection.subflows) {
        const bool ready =
            isHeir(fresh) && fresh.state == SubflowState::up && work.world.now >= acceptedAt(fresh);
        if (!ready)
            continue;
        if (auto* old = predecessorOf(work.connection, fresh))
            handOver(work, *old, fresh);
    }
}

void Reconciler::handOver(const Work& work, Subflow& old, Subflow& fresh) {
    const Reason reason{&reasons::handedOver, 0, 0};
    const bool dark = !anyCarries(work.connection);
    fresh.succeeds = 0;
    work.connection.paths[fresh.path].attempts = 0;
    setPriority(work, fresh, intendedPriority(old), reason);
    if (dark)
        end(work, old, reason);
    else
        drain(work, old, reason);
    records::suspect(work.world, work.connection, old, never);
}

/// What is well again needs no successor, and neither does what nobody wants refreshed.
void Reconciler::dropNeedless(const Work& work) {
    auto& connection = work.connection;
    const Reason reason{&reasons::successorNotNeeded, 0, 0};
    for (auto& fresh : connection.subflows) {
        const bool needed =
            std::ranges::any_of(work.judgement.refreshes, [&](const Plan::Refreshed& stated) {
                const auto* old = oldOf(connection, stated);
                return old && old->path == fresh.path && old->localPort == fresh.succeeds;
            });
        if (!isHeir(fresh) || needed)
            continue;
        if (fresh.state == SubflowState::pending && !fresh.vanished)
            cancel(work, fresh, reason);
        else if (fresh.state == SubflowState::up)
            end(work, fresh, reason);
    }
}

void Reconciler::replace(const Work& work, const Plan::Refreshed& stated) {
    auto& connection = work.connection;
    auto* old = oldOf(connection, stated);
    if (!old || dueAt(connection, stated, *old) > work.world.now ||
        find(connection, old->path, isHeir) || hasPending(connection, old->path))
        return;
    const auto& decision = work.judgement.decisions[old->path];
    const bool usable = work.candidates.views()[old->path].usability == Usability::usable;
    if (!usable || decision.verdict == Verdict::forbidden || decision.verdict == Verdict::held)
        return;
    if (stated.replacement != Replacement::breakBeforeMake) {
        if (mayProbe(work, stated))
            create(work, old->path, {priorityOfHeir(connection, *old), old->localPort});
    } else if (decision.verdict == Verdict::wanted && old->localPort != 0) {
        connection.paths[old->path].makesRoom = true; // and then the path wants a subflow
        end(work, *old, {&reasons::makesRoom, 0, 0});
    }
}

/// Whether it is this connection's turn to find out whether its path is back. One that carries
/// needs no turn.
bool Reconciler::mayProbe(const Work& work, const Plan::Refreshed& stated) const {
    auto& world = work.world;
    const auto& old = work.connection.subflows[static_cast<std::size_t>(stated.subflow)];
    const auto& path = work.connection.paths[old.path];
    const bool unknown = path.remote == work.connection.remote &&
                         world.joinInitial(work.connection) != JoinInitial::allowed;
    const Reachability::Prober prober{work.connection.token, lastTry(work.connection, old),
                                      patienceOf(stated, old)};
    return !unknown && (!isSuspect(old) ||
                        world.reachability.mayProbe(world.links.local(path.local).link,
                                                    world.remotes[path.remote].endpoint.address,
                                                    prober, world.now));
}

/// When a join that nobody answered is cancelled.
Instant Reconciler::deadlineOf(const Work& work, const Subflow& join) {
    auto wait = joinTimeout(work.connection);
    if (isSuccessor(join) && !join.vanished)
        for (const auto& stated : work.judgement.refreshes)
            if (const auto* old = oldOf(work.connection, stated);
                old && old->path == join.path && old->localPort == join.succeeds)
                wait = patienceOf(stated, *old);
    return join.since + wait;
}

/// When a successor is ready, or the next one is due. Where another connection probes, a look every
/// now and then is enough: its success is told.
Instant Reconciler::nextOfRefresh(const Work& work) {
    auto& connection = work.connection;
    auto next = never;
    for (const auto& fresh : connection.subflows)
        if (isHeir(fresh) && fresh.state == SubflowState::up)
            next = std::min(next, acceptedAt(fresh));
    for (const auto& stated : work.judgement.refreshes) {
        const auto* old = oldOf(connection, stated);
        if (!old || find(connection, old->path, isHeir))
            continue;
        const auto wait = 3 * patienceOf(stated, *old);
        const auto due = dueAt(connection, stated, *old);
        next = std::min(next, due > work.world.now ? due : work.world.now + wait);
    }
    for (const auto& path : connection.paths)
        if (roomFrom(path) > work.world.now)
            next = std::min(next, roomFrom(path));
    return next;
}

} // namespace subflowd::core
