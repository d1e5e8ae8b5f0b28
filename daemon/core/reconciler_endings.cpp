// SPDX-License-Identifier: BSD-3-Clause
#include "core/reasons.hpp"
#include "core/reconciler.hpp"
#include "core/records.hpp"
#include "core/table_entries.hpp"

#include <algorithm>
#include <tuple>

/// The part of the reconciler that ends subflows.
namespace subflowd::core {

namespace {

/// A pending subflow has no port yet, so nothing can name it; its event will come.
bool canBeNamed(const Subflow& subflow) {
    return subflow.localPort != 0 && !subflow.closing;
}

/// MP_PRIO can be sent on it: it is up.
bool canBeDrained(const Subflow& subflow) {
    return canBeNamed(subflow) && subflow.state != SubflowState::pending;
}

/// Of two subflows on a path the one with more of it goes.
std::tuple<bool, bool, bool> expendability(const Subflow& subflow) {
    return {isSuspect(subflow), subflow.priority == Priority::backup, !subflow.initial};
}

/// Whether a subflow came after its remote address was withdrawn, or the address is back. A join of
/// the daemon's own may have been under way at that moment, and then it leads nowhere.
bool openedAnew(const Connection& connection, const Subflow& subflow,
                const Withdrawal& withdrawal) {
    const bool back = announcementOf(connection, connection.paths[subflow.path].remote) != nullptr;
    return subflow.since > withdrawal.heard && (back || subflow.opener == Opener::peer);
}

/// The oldest of the subflows that nobody wants, if nothing else carries the connection.
const Subflow* lastOfUnwanted(const Connection& connection) {
    const Subflow* oldest = nullptr;
    for (const auto& subflow : connection.subflows) {
        if (!carries(subflow))
            continue;
        if (!subflow.unwanted)
            return nullptr;
        if (!oldest || subflow.since < oldest->since)
            oldest = &subflow;
    }
    return oldest;
}

} // namespace

/// The kernel keeps a subflow whose address or link is gone (K9). RM_ADDR goes first: the end of
/// a subflow deletes the address from the kernel's table, and then it cannot be sent (K15).
void Reconciler::leaveGoneAddresses(const Work& work) {
    auto& world = work.world;
    auto& connection = work.connection;
    const auto gone = [&](const Subflow& subflow) {
        const auto usability = world.localOf(connection, subflow).usability;
        return (usability == Usability::gone || usability == Usability::linkDown) &&
               canBeNamed(subflow);
    };
    for (const auto& subflow : connection.subflows) {
        if (!gone(subflow) || std::ranges::find(removed_, subflow.localId) != removed_.end())
            continue;
        removed_.push_back(subflow.localId);
        table_entries::forget(world, connection, connection.paths[subflow.path].local);
        world.issue(command::RemoveAddress{connection.token, subflow.localId},
                    {{},
                     InFlight::Kind::removeAddress,
                     connection.token,
                     {world.localEndpoint(connection, subflow), {}},
                     subflow.localId,
                     {},
                     {}});
    }
    for (auto& subflow : connection.subflows) {
        if (!gone(subflow))
            continue;
        connection.paths[subflow.path].removalSent = true;
        const bool down = world.localOf(connection, subflow).usability == Usability::linkDown;
        end(work, subflow, {down ? &reasons::linkIsDown : &reasons::addressGone, 0, 0});
    }
}

void Reconciler::endForbidden(const Work& work) {
    for (auto& subflow : work.connection.subflows) {
        const auto& decision = work.judgement.decisions[subflow.path];
        if (decision.verdict != Verdict::forbidden)
            continue;
        const bool closes = decision.existing == Existing::close;
        const bool drains = decision.existing == Existing::drain && alive(subflow);
        const bool unanswered = isPendingJoin(subflow) && !subflow.vanished && !subflow.closing;
        if ((closes || drains) && unanswered)
            cancel(work, subflow, decision.reason);
        else if (closes && canBeNamed(subflow))
            end(work, subflow, decision.reason);
        else if (drains)
            drain(work, subflow, decision.reason);
    }
}

/// A connection keeps its last subflow, though nobody wants it: without one it is lost.
void Reconciler::drainUnwanted(const Work& work) {
    const Reason reason{&reasons::noLongerWanted, 0, 0};
    const auto* last = lastOfUnwanted(work.connection);
    for (auto& subflow : work.connection.subflows) {
        if (!subflow.unwanted || !alive(subflow) || &subflow == last)
            continue;
        if (subflow.state == SubflowState::pending && !subflow.vanished)
            cancel(work, subflow, reason);
        else if (records::isConfirmed(subflow, work.world.now))
            drain(work, subflow, reason);
        else if (canBeNamed(subflow))
            end(work, subflow, reason); // too young to carry anything
    }
}

/// A daemon that was killed while a subflow took another's place leaves both. In all likelihood
/// their priorities were swapped already, so what is dead or backup goes.
void Reconciler::drainSurplus(const Work& work) {
    for (std::size_t path = 0; path < work.connection.paths.size(); ++path)
        if (work.judgement.decisions[path].verdict == Verdict::wanted)
            while (auto* surplus = surplusOn(work, path))
                drain(work, *surplus, {&reasons::surplus, 0, 0});
}

/// What goes first of more subflows than a path is to have; null: it has no more.
Subflow* Reconciler::surplusOn(const Work& work, std::size_t path) {
    std::size_t count = 0;
    Subflow* first = nullptr;
    for (auto& subflow : work.connection.subflows) {
        if (subflow.path != path || !counts(subflow) || !canBeDrained(subflow))
            continue;
        ++count;
        if (!first || expendability(subflow) > expendability(*first))
            first = &subflow;
    }
    return count > work.judgement.decisions[path].count ? first : nullptr;
}

/// A limit that was lowered.
void Reconciler::drainOverLimit(const Work& work) {
    drainBeyond(work, work.judgement.connection, [](const Subflow&) { return true; });
    for (const auto& each : work.connection.subflows) {
        const auto& local = work.world.localOf(work.connection, each);
        if (local.mostSubflows != LinkSettings::anyNumber)
            drainBeyond(work, limitOf(local), [&](const Subflow& other) {
                return work.world.localOf(work.connection, other).link == local.link;
            });
    }
}

/// How little a subflow is wanted: the first of a path counts for more than its siblings.
std::uint16_t Reconciler::orderOf(const Work& work, const Subflow& subflow) {
    const auto& decision = work.judgement.decisions[subflow.path];
    for (const auto& other : work.connection.subflows)
        if (&other != &subflow && other.path == subflow.path && counts(other) && &other < &subflow)
            return decision.orderOfMore;
    return decision.order;
}

/// The daemon's own subflows of the least rank go.
template <class Belongs>
void Reconciler::drainBeyond(const Work& work, const Limit& limit, Belongs&& belongs) {
    auto& connection = work.connection;
    auto count = static_cast<std::size_t>(
        std::ranges::count_if(connection.subflows, [&](const Subflow& subflow) {
            return counts(subflow) && belongs(subflow);
        }));
    while (count > limit.most) {
        Subflow* last = nullptr;
        for (auto& subflow : connection.subflows) {
            if (!counts(subflow) || !belongs(subflow) || subflow.opener != Opener::daemon ||
                !canBeDrained(subflow))
                continue;
            if (!last || orderOf(work, subflow) >= orderOf(work, *last))
                last = &subflow;
        }
        if (!last)
            return;
        drain(work, *last, limit.reason);
        --count;
    }
}

/// In userspace mode the kernel sets no limit to what a peer may open (K22): the newest go.
void Reconciler::endOverInbound(const Work& work) {
    auto& connection = work.connection;
    if (connection.side != Side::server)
        return;
    const auto counts = [](const Subflow& subflow) {
        return subflow.opener == Opener::peer && !subflow.initial && alive(subflow);
    };
    auto count = static_cast<std::size_t>(std::ranges::count_if(connection.subflows, counts));
    while (count > work.judgement.inbound.most) {
        Subflow* newest = nullptr;
        for (auto& subflow : connection.subflows)
            if (counts(subflow) && (!newest || subflow.since >= newest->since))
                newest = &subflow;
        if (!newest)
            return;
        ++work.world.counters.inboundRefused;
        end(work, *newest, work.judgement.inbound.reason);
        --count;
    }
}

/// What a peer opened beyond the limits that hold for all connections.
void Reconciler::endExcess(const Work& work) {
    const auto& settings = work.world.configuration->guard;
    for (auto& subflow : work.connection.subflows) {
        if (subflow.excess == Excess::none || !canBeNamed(subflow))
            continue;
        ++work.world.counters.inboundRefused;
        Reason reason{&reasons::inboundRate, 0, 0};
        if (subflow.excess == Excess::ofPeer)
            reason = {&reasons::inboundPeerLimit, settings.inboundPerPeer, 0};
        else if (subflow.excess == Excess::overall)
            reason = {&reasons::inboundOverallLimit, settings.inbound, 0};
        end(work, subflow, reason);
    }
}

void Reconciler::cancelUnanswered(const Work& work) {
    auto& world = work.world;
    for (auto& subflow : work.connection.subflows) {
        const bool due =
            isPendingJoin(subflow) && !subflow.closing && world.now >= deadlineOf(work, subflow);
        if (!due)
            continue;
        if (subflow.vanished) {
            subflow.since = world.now;
            world.outcome.resync = Resync::needed;
            continue;
        }
        ++world.counters.joinsTimedOut;
        subflow.timedOut = true;
        cancel(work, subflow, {&reasons::joinTimeout, 0, 0});
    }
}

void Reconciler::retireDrained(const Work& work) {
    for (auto& subflow : work.connection.subflows)
        if (subflow.state == SubflowState::draining && canBeNamed(subflow) &&
            work.world.now - subflow.since >= drainTime) {
            tellSuccessorAgain(work, subflow);
            end(work, subflow, {&reasons::noLongerWanted, 0, 0});
        }
}

/// MP_PRIO is not acknowledged (RFC 8684, 3.3.8): for a peer that missed it, what came as backup to
/// take the place of a subflow that ends would be backup for good.
void Reconciler::tellSuccessorAgain(const Work& work, const Subflow& drained) {
    for (const auto& subflow : work.connection.subflows) {
        const bool succeeded = subflow.path == drained.path && subflow.state == SubflowState::up &&
                               drained.since - subflow.since < drainTime;
        if (succeeded && canBeNamed(subflow) && !subflow.asked &&
            subflow.priority == Priority::regular)
            tellPriority(work, subflow, Priority::regular);
    }
}

/// The peer's kernel closes what it withdrew, but loses some of a burst (K17).
void Reconciler::endWithdrawn(const Work& work) {
    auto& world = work.world;
    auto& connection = work.connection;
    erase_if(connection.withdrawn, [&](const Withdrawal& withdrawal) {
        if (withdrawal.due() > world.now)
            return false;
        for (auto& subflow : connection.subflows) {
            const bool there = connection.paths[subflow.path].remote == withdrawal.ref ||
                               subflow.remoteId == withdrawal.id;
            if (there && canBeNamed(subflow) && !openedAnew(connection, subflow, withdrawal))
                end(work, subflow, {&reasons::remoteWithdrawn, 0, 0});
        }
        world.remotes.release(withdrawal.ref);
        return true;
    });
}

void Reconciler::drain(const Work& work, Subflow& subflow, const Reason& reason) {
    if (!canBeDrained(subflow))
        return;
    setPriority(work, subflow, Priority::backup, reason);
    records::setState(work.world, work.connection, subflow, SubflowState::draining);
}

void Reconciler::end(const Work& work, Subflow& subflow, const Reason& reason) {
    auto& world = work.world;
    auto& connection = work.connection;
    subflow.closing = true;
    const auto tuple = world.tupleOf(connection, subflow);
    const InFlight context{
        {}, InFlight::Kind::destroySubflow, connection.token, tuple, subflow.localId, {}, {}};
    // The FIN of a dead subflow waits behind what was lost, and with it the room for another.
    if (sharesAddress(work, subflow) || connection.paths[subflow.path].makesRoom) {
        auto reset = context;
        reset.kind = InFlight::Kind::resetSubflow;
        world.issue(
            command::ResetSubflow{connection.token, tuple, world.localOf(connection, subflow).link},
            reset);
    } else {
        table_entries::forget(world, connection, connection.paths[subflow.path].local);
        world.issue(command::DestroySubflow{connection.token, tuple}, context);
    }
    auto& path = connection.paths[subflow.path];
    path.reason = reason;
    path.by = Voice::core;
    records::derivePathState(world, connection, subflow.path);
}

/// A join that was not answered has no port that anybody knows, so inet_diag must find it (K24).
void Reconciler::cancel(const Work& work, Subflow& join, const Reason& reason) {
    auto& world = work.world;
    auto& connection = work.connection;
    auto& path = connection.paths[join.path];
    join.closing = true;
    path.reason = reason;
    path.by = Voice::core;
    const auto tuple = world.tupleOf(connection, join);
    world.issue(
        command::CancelJoin{connection.token, tuple.local.address, tuple.remote, tuple.form,
                            world.localOf(connection, join).link},
        {{}, InFlight::Kind::cancelJoin, connection.token, tuple, join.localId, {}, join.create});
    records::derivePathState(world, connection, join.path);
}

/// Whether a living sibling depends on the entry of the kernel's table that a DESTROY would
/// delete. The initial address, id 0, can be removed without an entry, and after RM_ADDR went out
/// nobody needs it.
bool Reconciler::sharesAddress(const Work& work, const Subflow& subflow) const {
    const auto& address = work.world.localOf(work.connection, subflow).address;
    if (subflow.localId == initialAddressId ||
        std::ranges::find(removed_, subflow.localId) != removed_.end())
        return false;
    return std::ranges::any_of(work.connection.subflows, [&](const Subflow& other) {
        return &other != &subflow && !other.closing &&
               work.world.localOf(work.connection, other).address == address;
    });
}

} // namespace subflowd::core
