// SPDX-License-Identifier: BSD-3-Clause
#include "core/reporter.hpp"

#include "core/charges.hpp"
#include "core/guard.hpp"
#include "core/reasons.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace subflowd::core::reporter {

namespace {

SubflowReport describe(const World& world, const Connection& connection, const Subflow& subflow) {
    return {world.tupleOf(connection, subflow),
            world.localOf(connection, subflow).link,
            subflow.localId,
            subflow.remoteId,
            shownState(subflow),
            subflow.priority,
            subflow.peerPriority,
            subflow.initial,
            subflow.since};
}

ManagedBy managerOf(const World& world, const Connection& connection) {
    return world.configuration->mode == Mode::kernel ? ManagedBy::kernel : connection.managedBy;
}

const ReasonText* textOfConnection(const World& world, const Connection& connection) {
    if (connection.managedBy == ManagedBy::kernel)
        return &reasons::kernelManages;
    if (world.configuration->mode == Mode::observe)
        return &reasons::observing;
    if (connection.state != ConnectionState::established)
        return &reasons::notEstablished;
    if (connection.factsState == FactsState::asked)
        return &reasons::waitsForFacts;
    return connection.rule < 0 ? &reasons::noRule : nullptr;
}

struct Told {
    Reason reason;
    Voice by = Voice::core;
};

Told initialPath(const Connection& connection) {
    const bool client = connection.side == Side::client;
    return {{client ? &reasons::initialSubflow : &reasons::openedByPeer, 0, 0},
            client ? Voice::core : Voice::peer};
}

/// Mode=kernel: policies and the guard are not asked; links say which endpoints there are.
Told tellOfKernel(const Connection& connection, const PathView& view, const Candidate& candidate) {
    const auto isInitial = [&candidate](const Subflow& subflow) {
        return subflow.path == candidate.record && subflow.initial;
    };
    if (view.subflows > 0 &&
        (connection.side == Side::server || std::ranges::any_of(connection.subflows, isInitial)))
        return initialPath(connection);
    const auto* obstacle = reasons::textOf(view.usability);
    if (view.subflows > 0 || !obstacle)
        return {{&reasons::kernelDecides, 0, 0}, Voice::kernel};
    return {{obstacle, 0, 0}, Voice::link};
}

/// Who has the last word about a path, and why.
Told tell(const World& world, const Connection& connection, const PathView& view,
          const Candidate& candidate, const Decision& decision) {
    const bool recorded = candidate.record != Candidate::noRecord;
    const bool exists = view.subflows > 0;
    const bool ordered = decision.by == Voice::byOperator;
    if (exists && ordered)
        return {decision.reason, decision.by};
    if (exists && decision.ordered)
        return {{&reasons::operatorPriority, 0, 0}, Voice::byOperator};
    if (exists && decision.reasonOfMore.text && decision.verdict == Verdict::wanted)
        return {decision.reasonOfMore, decision.multipliedBy};
    if (exists && decision.reasonOfMore.text && decision.verdict == Verdict::held)
        return {decision.reason, decision.by};
    if (exists && recorded) {
        for (const auto& subflow : connection.subflows)
            if (subflow.path == candidate.record && subflow.initial)
                return initialPath(connection);
        if (decision.verdict != Verdict::wanted)
            return {connection.paths[candidate.record].reason,
                    connection.paths[candidate.record].by};
        return {decision.reason, decision.by};
    }
    if (const auto* text = textOfConnection(world, connection))
        return {{text, 0, 0}, Voice::core};
    if (ordered && decision.verdict == Verdict::forbidden)
        return {decision.reason, decision.by};
    if (candidate.refusal)
        return {{candidate.refusal, 0, 0}, Voice::guard};
    if (view.usability != Usability::usable)
        return {{reasons::textOf(view.usability), 0, 0}, Voice::link};
    if (world.links.isOwn(view.remote.address))
        return {{&reasons::ownAddress, 0, 0}, Voice::guard};
    if (decision.verdict == Verdict::none)
        return {{&reasons::nobodyWants, 0, 0}, Voice::core};
    return {decision.reason, decision.by};
}

/// Whether a wanted path has no subflow because a limit is reached.
std::optional<Limit> limitReached(const World& world, const Connection& connection,
                                  const Judgement& judgement, const Candidate& candidate,
                                  const Decision& decision) {
    const auto link = world.links.local(candidate.local).link;
    std::size_t all = 0;
    std::size_t onLink = 0;
    std::size_t toRemote = 0;
    for (const auto& subflow : connection.subflows) {
        if (!counts(subflow))
            continue;
        ++all;
        if (world.localOf(connection, subflow).link == link)
            ++onLink;
        if (connection.paths[subflow.path].remote == candidate.remote)
            ++toRemote;
    }
    if (decision.by == Voice::byOperator)
        return all >= judgement.configured.most ? std::optional{judgement.configured}
                                                : std::nullopt;
    if (all >= judgement.connection.most)
        return judgement.connection;
    if (const auto limit = judgement.onLinkOf(world.links.local(candidate.local));
        onLink >= limit.most)
        return limit;
    return toRemote >= judgement.remote.most ? std::optional{judgement.remote} : std::nullopt;
}

/// Whether a wanted path has no subflow because the peer provokes too many.
std::optional<Told> waitsForBudget(const World& world, const Connection& connection,
                                   const Candidate& candidate) {
    const auto* path =
        candidate.record == Candidate::noRecord ? nullptr : &connection.paths[candidate.record];
    if (!guard::isProvoked(connection, candidate.remote, path))
        return std::nullopt;
    const auto pending = charges::pendingJoins(connection);
    if (pending >= world.configuration->guard.pendingJoins)
        return Told{{&reasons::pendingLimit, static_cast<std::uint32_t>(pending), 0}, Voice::guard};
    if (!charges::canAfford(world, connection, candidate.remote))
        return Told{{&reasons::joinBudget, 0, 0}, Voice::guard};
    return std::nullopt;
}

} // namespace

ConnectionReport describe(const World& world, const Connection& connection) {
    ConnectionReport report;
    report.token = connection.token;
    report.side = connection.side;
    report.state = connection.state;
    report.managedBy = managerOf(world, connection);
    report.since = connection.since;
    if (connection.partial)
        return report;
    report.joinInitial = world.joinInitial(connection);
    report.initial = world.initialTuple(connection);
    if (connection.rule >= 0)
        report.rule = world.configuration->rules[static_cast<std::size_t>(connection.rule)].name;
    for (const auto& subflow : connection.subflows)
        report.subflows.push_back(describe(world, connection, subflow));
    for (const auto& remote : connection.announced)
        report.remotes.push_back(
            {world.remotes[remote.ref].endpoint, remote.id, remote.announced, remote.refreshed});
    for (const auto& own : connection.announcements)
        report.announced.push_back({{world.links.local(own.local).address, own.port}, own.id});
    return report;
}

Counters count(const World& world) {
    auto counters = world.counters;
    counters.connections = world.connections.size();
    world.connections.forEach([&](const Connection& connection) {
        counters.subflows += connection.subflows.size();
        if (managerOf(world, connection) == ManagedBy::kernel)
            ++counters.foreign;
        for (const auto& subflow : connection.subflows)
            if (subflow.state == SubflowState::pending)
                ++counters.pending;
    });
    return counters;
}

std::vector<PathReport> explain(World& world, Planner& planner, const Connection& connection) {
    std::vector<PathReport> reports;
    if (connection.partial)
        return reports;
    const bool kernelDecides = world.configuration->mode == Mode::kernel;
    const auto& judgement = planner.judge(world, connection, Listing::all);
    for (std::size_t i = 0; i < judgement.decisions.size(); ++i) {
        const auto& decision = judgement.decisions[i];
        const auto& view = planner.candidates().views()[i];
        const auto& candidate = planner.candidates().all()[i];
        auto told = kernelDecides ? tellOfKernel(connection, view, candidate)
                                  : tell(world, connection, view, candidate, decision);
        if (!kernelDecides && view.subflows == 0 && decision.verdict == Verdict::wanted &&
            view.usability == Usability::usable) {
            if (const auto limit = limitReached(world, connection, judgement, candidate, decision))
                told = {limit->reason, limit->by};
            else if (decision.by == Voice::byOperator)
                told = {decision.reason, decision.by};
            else if (const auto waits = waitsForBudget(world, connection, candidate))
                told = *waits;
        }
        reports.push_back({view.remote, view.local, view.link, view.state, told.reason,
                           std::string{world.nameOf(told.by)}, view.attempts,
                           kernelDecides ? never : decision.nextTry, view.lastFailure});
    }
    return reports;
}

} // namespace subflowd::core::reporter
