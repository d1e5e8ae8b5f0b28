// SPDX-License-Identifier: BSD-3-Clause
#include "core/reconciler.hpp"

#include "core/change_of.hpp"
#include "core/charges.hpp"
#include "core/failure.hpp"
#include "core/guard.hpp"
#include "core/joins.hpp"
#include "core/reasons.hpp"
#include "core/records.hpp"
#include "core/table_entries.hpp"

#include <algorithm>
#include <utility>

namespace subflowd::core {

namespace {

bool isGone(Usability usability) {
    return usability == Usability::gone || usability == Usability::linkDown;
}

/// Whether an operator released a path to where nobody else would go.
bool isLeftOver(const Path& path, const Decision& decision) {
    return path.by == Voice::byOperator && decision.verdict == Verdict::forbidden &&
           decision.by == Voice::peer;
}

/// Why what is on a link should send nothing while anything else can; null: it may.
const ReasonText* restReason(const Judgement& judgement, const Local& local) {
    if (local.leaving)
        return &reasons::linkLeaves;
    const bool rests = local.role == Role::standby && judgement.standby == Standby::rests;
    return rests ? &reasons::standbyRests : nullptr;
}

} // namespace

void Reconciler::reconcile(World& world, Connection& connection, const Judgement& judgement,
                           const Candidates& candidates) {
    const Work work{world, connection, judgement, candidates};
    removed_.clear();
    recordVerdicts(work);
    createMissing(work);
    refresh(work);
    drainSurplus(work); // while priorities still tell which is the old one
    setPriorities(work);
    announce(work);
    leaveGoneAddresses(work);
    endForbidden(work);
    drainUnwanted(work);
    drainOverLimit(work);
    endOverInbound(work);
    endExcess(work);
    cancelUnanswered(work);
    endWithdrawn(work);
    retireDrained(work);
    scheduleNext(work);
}

/// Keeps what was decided with each remembered path, and marks the subflows whose want was dropped.
void Reconciler::recordVerdicts(const Work& work) {
    for (std::size_t i = 0; i < work.connection.paths.size(); ++i) {
        auto& path = work.connection.paths[i];
        const auto& decision = work.judgement.decisions[i];
        const bool wasWanted = path.verdict == Verdict::wanted || path.verdict == Verdict::held;
        const bool couldBeWanted = work.candidates.views()[i].usability == Usability::usable;
        if (wasWanted && decision.verdict == Verdict::none && !couldBeWanted)
            continue; // nobody can want it now: that is not a change of mind
        const bool dropped =
            wasWanted && (decision.verdict == Verdict::none || isLeftOver(path, decision));
        const bool wanted = decision.verdict == Verdict::wanted;
        if (dropped || wanted)
            for (auto& subflow : work.connection.subflows)
                if (subflow.path == i && subflow.opener == Opener::daemon)
                    subflow.unwanted = dropped;
        path.verdict = decision.verdict;
        path.by = decision.by;
        path.reason = decision.reason;
        path.nextTry = decision.nextTry;
        path.priority = decision.priority;
    }
}

std::optional<command::CreateSubflow> Reconciler::foresee(World& world, Connection& connection,
                                                          const Judgement& judgement,
                                                          const Candidates& candidates) {
    const Work work{world, connection, judgement, candidates};
    listMissing(work);
    for (const auto path : order_)
        if (withinLimits(work, path))
            return foreseeJoin(work, path);
    return std::nullopt;
}

/// What create() would issue.
std::optional<command::CreateSubflow> Reconciler::foreseeJoin(const Work& work,
                                                              std::size_t path) const {
    const auto& [world, connection, judgement, candidates] = work;
    const auto& candidate = candidates.all()[path];
    const bool leavesPort =
        !mayNamePort(work, path) ||
        world.sourcePorts.leavesNextToKernel(world.links, candidate.local, world.host);
    const bool keepsId =
        table_entries::of(world, connection, candidate.local) != TableEntry::ofPort;
    if (isProvoked(work, path) || !leavesPort || !keepsId)
        return std::nullopt;
    const auto& local = world.links.local(candidate.local);
    return command::CreateSubflow{connection.token,
                                  local.address,
                                  records::idOf(world, connection, candidate.local),
                                  local.link,
                                  0,
                                  world.remotes[candidate.remote].endpoint,
                                  candidate.remoteId,
                                  judgement.decisions[path].priority};
}

void Reconciler::createMissing(const Work& work) {
    listMissing(work);
    for (const auto path : order_)
        if (withinLimits(work, path) && mayBeProvoked(work, path))
            create(work, path, {work.judgement.decisions[path].priority});
}

/// Whether a join on a path would be the peer's doing.
bool Reconciler::isProvoked(const Work& work, std::size_t path) const {
    if (work.judgement.decisions[path].by == Voice::byOperator)
        return false; // nobody but the operator did
    const auto& candidate = work.candidates.all()[path];
    const auto* record = candidate.record == Candidate::noRecord
                             ? nullptr
                             : &work.connection.paths[candidate.record];
    return guard::isProvoked(work.connection, candidate.remote, record);
}

/// What the peer provokes is limited by budgets, and by how much of it is under way.
bool Reconciler::mayBeProvoked(const Work& work, std::size_t path) const {
    if (!isProvoked(work, path))
        return true;
    auto& world = work.world;
    auto& connection = work.connection;
    if (charges::pendingJoins(connection) >= world.configuration->guard.pendingJoins)
        return false; // each ends in an event, and then the connection is looked at again
    if (charges::canAfford(world, connection, work.candidates.all()[path].remote))
        return true;
    ++world.counters.joinsDelayed;
    world.queue(connection);
    return false;
}

/// The paths that want a subflow and may have one, the most wanted first.
void Reconciler::listMissing(const Work& work) {
    order_.clear();
    for (std::size_t i = 0; i < work.judgement.decisions.size(); ++i)
        if (mayCreate(work, i))
            order_.push_back(i);
    if (order_.size() > 1)
        std::ranges::sort(order_, {}, [&work](std::size_t i) {
            const auto& decision = work.judgement.decisions[i];
            const bool first = work.candidates.views()[i].subflows == 0;
            // By the index, too: a stable sort would allocate.
            return std::pair{first ? decision.order : decision.orderOfMore, i};
        });
}

bool Reconciler::mayCreate(const Work& work, std::size_t path) const {
    const auto& decision = work.judgement.decisions[path];
    const auto& view = work.candidates.views()[path];
    const auto record = work.candidates.all()[path].record;
    const bool known = record != Candidate::noRecord;
    if (known && (hasPending(work.connection, record) ||
                  roomFrom(work.connection.paths[record]) > work.world.now))
        return false;
    return decision.verdict == Verdict::wanted && view.subflows < decision.count &&
           view.usability == Usability::usable && !work.world.links.isOwn(view.remote.address);
}

/// Subflows that are ending, or whose local address is gone, take no place of another's.
bool Reconciler::withinLimits(const Work& work, std::size_t path) const {
    const auto& wanted = work.candidates.all()[path];
    const auto& from = work.world.links.local(wanted.local);
    std::size_t all = 0;
    std::size_t onLink = 0;
    std::size_t toRemote = 0;
    for (const auto& subflow : work.connection.subflows) {
        const auto& local = work.world.localOf(work.connection, subflow);
        if (!counts(subflow) || isGone(local.usability))
            continue;
        ++all;
        if (local.link == from.link)
            ++onLink;
        if (work.connection.paths[subflow.path].remote == wanted.remote)
            ++toRemote;
    }
    const auto& judgement = work.judgement;
    if (judgement.decisions[path].by == Voice::byOperator)
        return all < judgement.configured.most;
    return all < judgement.connection.most && onLink < judgement.onLinkOf(from).most &&
           toRemote < judgement.remote.most;
}

/// The record of a join that is going out, and of the path it goes by.
Subflow& Reconciler::addJoin(const Work& work, std::size_t path, Join join) {
    auto& world = work.world;
    auto& connection = work.connection;
    const auto& candidate = work.candidates.all()[path];
    const auto& decision = work.judgement.decisions[path];
    const auto index =
        records::ensurePath(world, connection, candidate.local, candidate.remote, candidate.origin);
    auto& record = connection.paths[index];
    const bool succeeds = join.succeeds != 0;
    if (!succeeds) {
        record.verdict = Verdict::wanted;
        record.by = decision.by;
        record.reason = decision.reason;
        record.priority = decision.priority;
    }
    record.remoteId = candidate.remoteId;
    if (record.serial != world.links.local(candidate.local).serial)
        record.failures = 0; // another network: what failed in the old one says nothing
    // A successor goes where a subflow proved that the key is known: nobody else can be hit.
    const bool provoked = !succeeds && decision.by != Voice::byOperator &&
                          guard::isProvoked(connection, candidate.remote, &record);
    ++record.attempts;
    record.tried = world.now;
    auto& subflow = records::addSubflow(connection, index);
    subflow.opener = Opener::daemon;
    if (provoked)
        charges::take(world, connection, subflow);
    subflow.succeeds = join.succeeds;
    subflow.priority = join.priority;
    if (table_entries::of(world, connection, candidate.local) == TableEntry::ofPort)
        table_entries::renewId(world, connection, candidate.local);
    subflow.localId = records::idOf(world, connection, candidate.local);
    subflow.remoteId = candidate.remoteId;
    subflow.seen = world.snapshot;
    records::adoptId(world, connection, candidate.local, subflow.localId);
    records::setState(world, connection, subflow, SubflowState::pending);
    return subflow;
}

/// Whether a join may have a local port of the daemon's choice: nothing else of the connection has,
/// or is to have, a subflow from that address, for which the kernel's table would need another id.
bool Reconciler::mayNamePort(const Work& work, std::size_t path) const {
    const auto local = work.candidates.all()[path].local;
    const auto& connection = work.connection;
    for (std::size_t i = 0; i < work.judgement.decisions.size(); ++i) {
        const auto& decision = work.judgement.decisions[i];
        if (work.candidates.all()[i].local == local && decision.verdict == Verdict::wanted &&
            (i != path || decision.count > 1))
            return false;
    }
    return !records::isInitialAddress(work.world, connection, local) &&
           table_entries::of(work.world, connection, local) == TableEntry::none &&
           std::ranges::find(connection.announcements, local, &OwnAnnouncement::local) ==
               connection.announcements.end();
}

void Reconciler::create(const Work& work, std::size_t path, Join join) {
    auto& world = work.world;
    auto& connection = work.connection;
    const auto& candidate = work.candidates.all()[path];
    const auto& decision = work.judgement.decisions[path];
    const bool mayName = join.succeeds == 0 && mayNamePort(work, path);
    const auto port = world.sourcePorts.next(world.links, candidate.local, world.host, world.now);
    auto& subflow = addJoin(work, path, join);
    connection.paths[subflow.path].makesRoom = false;
    if (candidate.remote == connection.remote &&
        world.joinInitial(connection) == JoinInitial::unknown)
        world.remotes[connection.remote].leader = connection.token;

    joins::send(world, connection, subflow, mayName ? port : 0);
    ++world.counters.subflowsRequested;
    auto change = changeOf(Change::Kind::subflowRequested, world, connection, subflow);
    change.priority = subflow.priority;
    change.reason = decision.reason;
    change.by = world.nameOf(decision.by);
    world.publish(change);
}

void Reconciler::setPriorities(const Work& work) {
    for (std::size_t i = 0; i < work.connection.subflows.size(); ++i) {
        auto& subflow = work.connection.subflows[i];
        if (!counts(subflow) || subflow.state == SubflowState::pending)
            continue;
        const auto& path = work.connection.paths[subflow.path];
        const auto& decision = work.judgement.decisions[subflow.path];
        const auto& local = work.world.localOf(work.connection, subflow);
        const bool clamped = local.role == Role::backup;
        const bool wasOrdered = std::exchange(subflow.ordered, decision.ordered.has_value());
        if (decision.ordered)
            setPriority(work, subflow, *decision.ordered, {&reasons::operatorPriority, 0, 0});
        else if (const auto* rest = restReason(work.judgement, local))
            setPriority(work, subflow, Priority::backup, {rest, 0, 0});
        else if (const auto* said = saidOf(work, i))
            setPriority(work, subflow, clamped ? Priority::backup : said->priority, said->reason);
        else if (path.verdict == Verdict::wanted || path.verdict == Verdict::held)
            setPriority(work, subflow, path.priority, path.reason);
        else if (wasOrdered && !subflow.unwanted)
            setPriority(work, subflow, clamped ? Priority::backup : Priority::regular,
                        {&reasons::operatorReleased, 0, 0});
    }
}

/// What was said of a subflow itself counts more than what is wanted of its path; backup counts
/// more than regular.
const Plan::Prioritised* Reconciler::saidOf(const Work& work, std::size_t subflow) {
    const Plan::Prioritised* found = nullptr;
    for (const auto& said : work.judgement.priorities)
        if (static_cast<std::size_t>(said.subflow) == subflow &&
            (!found || said.priority == Priority::backup))
            found = &said;
    return found;
}

void Reconciler::setPriority(const Work& work, Subflow& subflow, Priority priority,
                             const Reason& reason) {
    auto& world = work.world;
    auto& connection = work.connection;
    if (intendedPriority(subflow) == priority || subflow.localPort == 0)
        return;
    subflow.asked = priority;
    tellPriority(work, subflow, priority);
    auto change = changeOf(Change::Kind::subflowPriority, world, connection, subflow);
    change.priority = priority;
    change.reason = reason;
    world.publish(change);
}

void Reconciler::tellPriority(const Work& work, const Subflow& subflow, Priority priority) {
    const auto tuple = work.world.tupleOf(work.connection, subflow);
    work.world.issue(command::SetPriority{work.connection.token, tuple, priority},
                     {{},
                      InFlight::Kind::setPriority,
                      work.connection.token,
                      tuple,
                      subflow.localId,
                      priority,
                      {}});
}

void Reconciler::scheduleNext(const Work& work) {
    // A policy that asks for a moment that is past must not keep the daemon busy.
    auto next = std::max(work.judgement.again, work.world.now + soonestAgain);
    for (const auto& decision : work.judgement.decisions)
        if (decision.verdict == Verdict::held)
            next = std::min(next, decision.nextTry);
    for (const auto& subflow : work.connection.subflows)
        if (subflow.state == SubflowState::draining && !subflow.closing)
            next = std::min(next, subflow.since + drainTime);
        else if (isPendingJoin(subflow) && !subflow.closing)
            next = std::min(next, deadlineOf(work, subflow));
    next = std::min(next, nextOfRefresh(work));
    for (const auto& withdrawal : work.connection.withdrawn)
        next = std::min(next, withdrawal.due());
    if (work.world.remotes[work.connection.remote].leader == work.connection.token)
        for (const auto& subflow : work.connection.subflows)
            if (!subflow.initial && subflow.state == SubflowState::up &&
                work.connection.paths[subflow.path].remote == work.connection.remote)
                next = std::min(next, subflow.since + confirmationTime(subflow.roundTrip));
    if (next != never)
        work.world.schedule(work.connection, next);
}

} // namespace subflowd::core
