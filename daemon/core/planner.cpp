// SPDX-License-Identifier: BSD-3-Clause
#include "core/planner.hpp"

#include "core/carrying.hpp"
#include "core/reasons.hpp"
#include "core/rules.hpp"

#include <algorithm>

namespace subflowd::core {

namespace {

std::size_t indexOf(PathId path) {
    return static_cast<std::size_t>(path);
}

void lower(Limit& limit, std::uint8_t most, Voice by, const Reason& reason) {
    if (most < limit.most)
        limit = {most, by, reason};
}

/// A failed path is tried again when the network changed, or when the peer repeated its
/// announcement: that is how a peer asks for it (RFC 8684 §3.4.1).
bool deservesAnother(const World& world, const Connection& connection, const Path& path) {
    if (world.links.local(path.local).serial != path.serial)
        return true;
    const auto* announcement = announcementOf(connection, path.remote);
    return announcement && announcement->refreshed > path.failedAt;
}

/// Whether an operator had the path tried again, and nothing came of it yet.
bool isReleased(const Connection& connection, const Candidate& candidate) {
    if (candidate.record == Candidate::noRecord)
        return connection.released != Instant{};
    const auto& path = connection.paths[candidate.record];
    const auto released = std::max(path.released, connection.released);
    return released != Instant{} && released >= path.lastChange;
}

/// Whether a hold without a time still holds.
bool stillHolds(const World& world, const Connection& connection, const Candidate& candidate,
                Until until) {
    if (candidate.record == Candidate::noRecord)
        return until == Until::operatorActs;
    const auto& path = connection.paths[candidate.record];
    if (until == Until::networkChange)
        return world.links.local(path.local).serial == path.serial;
    if (until == Until::operatorActs)
        return true;
    const auto* announcement = announcementOf(connection, path.remote);
    return !announcement || announcement->refreshed <= path.lastChange;
}

bool mayServe(const Local& local) {
    const bool stranded = local.leaving || local.usability == Usability::gone ||
                          local.usability == Usability::linkDown ||
                          local.usability == Usability::noRoute;
    return !stranded && (local.role == Role::primary || local.role == Role::backup);
}

/// A subflow that the peer did not accept for sure yet is no reason to give up what carries.
Standby standbyOf(const World& world, const Connection& connection, Instant& again) {
    switch (carryingFrom(world, connection, again, mayServe)) {
    case Carrying::nothing:
        return Standby::serves;
    case Carrying::unproven:
        return Standby::stays;
    case Carrying::proven:
        return Standby::rests;
    }
    return Standby::serves;
}

} // namespace

Limit limitOf(const Local& local) {
    return {local.mostSubflows, Voice::link, {&reasons::linkLimit, local.mostSubflows, 0}};
}

Limit Judgement::onLinkOf(const Local& local) const {
    return local.mostSubflows < link.most ? limitOf(local) : link;
}

const Judgement& Planner::judge(World& world, const Connection& connection, Listing listing) {
    candidates_.list(world, connection, listing);
    judgement_.decisions.assign(candidates_.all().size(), {});
    judgement_.priorities.clear();
    judgement_.refreshes.clear();
    judgement_.announcements.clear();
    judgement_.notes.clear();
    judgement_.period = Duration::max();
    judgement_.again = never;
    judgement_.complete = true;
    judgement_.standby = Standby::serves;
    judgement_.link = judgement_.remote = {};
    judgement_.connection = {world.configuration->limits.subflows,
                             Voice::limit,
                             {&reasons::connectionLimit, world.configuration->limits.subflows}};
    judgement_.configured = judgement_.connection;
    judgement_.inbound = {world.configuration->limits.inbound,
                          Voice::limit,
                          {&reasons::inboundLimit, world.configuration->limits.inbound}};
    retries_.assign(candidates_.all().size(), {});
    urgent_ = false;
    takeOrders(world, connection);
    ask(world, connection);
    waitAfterFailure(world, connection);
    clampToRoles(world, connection);
    guardRemotes(connection);
    guardInitial(world, connection);
    drainLinks(world, connection);
    orderPriorities(world);
    orderAnnouncements(world, connection);
    return judgement_;
}

void Planner::ask(World& world, const Connection& connection) {
    const auto chain = chainOf(world, connection);
    if (chain.empty())
        return;
    while (plans_.size() < chain.size())
        plans_.emplace_back();
    auto view = candidates_.view(world, connection);
    for (std::size_t place = 0; place < chain.size(); ++place) {
        auto& plan = plans_[place];
        plan.clear();
        view.remembered =
            world.measurements.memory(connection.token, static_cast<Voice>(chain[place]));
        const HostView host{world.now,
                            world.links.linkViews(),
                            world.links.addressViews(),
                            world.policies.memory(chain[place]),
                            world.host.signalEndpoints,
                            world.host.closeTimeout};
        const auto answer = world.policies.ask(chain[place], view, host, plan);
        if (answer != PolicyDesk::Answer::given) {
            plan.clear();
            judgement_.complete = false;
            restate(connection, static_cast<Voice>(chain[place]), plan);
        }
        urgent_ = urgent_ || plan.urgency().text != nullptr;
    }
    merge(world, connection, chain);
}

void Planner::merge(const World& world, const Connection& connection,
                    std::span<const std::size_t> chain) {
    for (std::size_t place = 0; place < chain.size(); ++place) {
        const auto& plan = plans_[place];
        const auto by = static_cast<Voice>(chain[place]);
        mergeWants(plan, by, place + 1); // an operator's place is the first
        mergeForbids(plan, by);
        mergeLimits(plan, by);
        judgement_.priorities.insert(judgement_.priorities.end(), plan.priorities().begin(),
                                     plan.priorities().end());
        judgement_.refreshes.insert(judgement_.refreshes.end(), plan.refreshes().begin(),
                                    plan.refreshes().end());
        judgement_.announcements.insert(judgement_.announcements.end(),
                                        plan.announcements().begin(), plan.announcements().end());
        judgement_.again = std::min(judgement_.again, plan.again());
        judgement_.period = std::min(judgement_.period, plan.period());
        if (plan.memory() != Memory{})
            judgement_.notes.push_back({by, plan.memory()});
    }
    // These count for what any policy wants, also one that comes later in the chain.
    for (std::size_t place = 0; place < chain.size(); ++place)
        mergeMultiples(plans_[place], static_cast<Voice>(chain[place]), place + 1);
    for (std::size_t place = 0; place < chain.size(); ++place)
        mergeHolds(world, connection, plans_[place], static_cast<Voice>(chain[place]));
}

/// A policy that threw, now or three times: what was decided in its name stays decided.
void Planner::restate(const Connection& connection, Voice policy, Plan& plan) const {
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        if (path.by != policy)
            continue;
        const auto id = static_cast<PathId>(i); // recorded paths come first, in their order
        const auto there = std::max(candidates_.views()[i].subflows, std::uint8_t{1});
        if (path.verdict == Verdict::wanted)
            plan.want(id, {0, there, path.priority}, path.reason);
        else if (path.verdict == Verdict::forbidden)
            plan.forbid(id, Existing::keep, path.reason);
        else if (path.verdict == Verdict::held)
            plan.hold(id, Until::time, path.nextTry, path.reason);
    }
}

void Planner::mergeWants(const Plan& plan, Voice by, std::size_t place) {
    for (const auto& wanted : plan.wants()) {
        if (indexOf(wanted.path) >= judgement_.decisions.size())
            continue; // a policy that invents paths is told nothing and gets nothing
        auto& decision = judgement_.decisions[indexOf(wanted.path)];
        const auto order = static_cast<std::uint16_t>(place * 256 + wanted.want.rank);
        if (decision.verdict == Verdict::none) {
            decision.verdict = Verdict::wanted;
            decision.by = by;
            decision.reason = wanted.reason;
            decision.priority = wanted.want.priority;
        }
        decision.order = std::min(decision.order, order);
        if (wanted.want.count > 1)
            decision.orderOfMore = std::min(decision.orderOfMore, order);
        decision.count = std::max(decision.count, wanted.want.count);
        if (wanted.want.priority == Priority::backup && !isOrdered(indexOf(wanted.path)))
            decision.priority = Priority::backup;
    }
    for (const auto& retried : plan.retries())
        if (indexOf(retried.path) < retries_.size() &&
            retried.time < retries_[indexOf(retried.path)].time)
            retries_[indexOf(retried.path)] = {retried.time, by, retried.reason};
}

void Planner::mergeMultiples(const Plan& plan, Voice by, std::size_t place) {
    for (const auto& multiplied : plan.multiples()) {
        if (indexOf(multiplied.path) >= judgement_.decisions.size())
            continue;
        auto& decision = judgement_.decisions[indexOf(multiplied.path)];
        if (decision.verdict != Verdict::wanted)
            continue;
        if (!decision.reasonOfMore.text || multiplied.count > decision.count) {
            decision.reasonOfMore = multiplied.reason;
            decision.multipliedBy = by;
        }
        if (multiplied.count > 1)
            decision.orderOfMore =
                std::min(decision.orderOfMore, static_cast<std::uint16_t>(place * 256));
        decision.count = std::max(decision.count, multiplied.count);
    }
}

void Planner::mergeForbids(const Plan& plan, Voice by) {
    for (const auto& forbidden : plan.forbids()) {
        if (indexOf(forbidden.path) >= judgement_.decisions.size() ||
            isOrdered(indexOf(forbidden.path)))
            continue;
        auto& decision = judgement_.decisions[indexOf(forbidden.path)];
        const bool first = decision.verdict != Verdict::forbidden;
        if (first || forbidden.existing > decision.existing) {
            decision.verdict = Verdict::forbidden;
            decision.by = by;
            decision.reason = forbidden.reason;
            decision.existing = forbidden.existing;
        }
    }
}

void Planner::mergeHolds(const World& world, const Connection& connection, const Plan& plan,
                         Voice by) {
    for (const auto& held : plan.holds()) {
        if (indexOf(held.path) >= judgement_.decisions.size() || isOrdered(indexOf(held.path)))
            continue;
        const auto& candidate = candidates_.all()[indexOf(held.path)];
        if (isReleased(connection, candidate))
            continue;
        if (held.until == Until::time) {
            if (held.time > world.now && !urgent_)
                hold(indexOf(held.path), by, held.reason, held.time);
        } else if (stillHolds(world, connection, candidate, held.until)) {
            hold(indexOf(held.path), by, held.reason, never);
        }
    }
}

void Planner::mergeLimits(const Plan& plan, Voice by) {
    for (const auto& limited : plan.limits()) {
        switch (limited.scope) {
        case LimitScope::connection:
            lower(judgement_.connection, limited.most, by, limited.reason);
            break;
        case LimitScope::link:
            lower(judgement_.link, limited.most, by, limited.reason);
            break;
        case LimitScope::remote:
            lower(judgement_.remote, limited.most, by, limited.reason);
            break;
        case LimitScope::inbound:
            lower(judgement_.inbound, limited.most, by, limited.reason);
            break;
        }
    }
}

void Planner::hold(std::size_t path, Voice by, Reason reason, Instant until) {
    auto& decision = judgement_.decisions[path];
    if (decision.verdict != Verdict::wanted && decision.verdict != Verdict::held)
        return;
    if (decision.verdict == Verdict::held && decision.nextTry >= until)
        return;
    decision.verdict = Verdict::held;
    decision.by = by;
    decision.reason = reason;
    decision.nextTry = until;
}

/// Nobody has to say it: a failed path waits for a change of the network, or for the time at
/// which a policy allows another attempt.
void Planner::waitAfterFailure(const World& world, const Connection& connection) {
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        const auto& retry = retries_[i];
        if (path.failedAt == never || isComplete(i) || retry.time <= world.now ||
            deservesAnother(world, connection, path))
            continue;
        if (retry.reason.text)
            hold(i, retry.by, retry.reason, retry.time);
        else
            hold(i, Voice::core,
                 {retry.time == never ? &reasons::waitsForChange : &reasons::waitsForTime, 0, 0},
                 retry.time);
    }
}

/// Whether a path has as many established subflows as are wanted: a sibling that failed was one too
/// many, and nothing waits.
bool Planner::isComplete(std::size_t path) const {
    const auto& view = candidates_.views()[path];
    const bool established = view.state == PathState::up || view.state == PathState::confirmed ||
                             view.state == PathState::suspect;
    return established && view.subflows >= judgement_.decisions[path].count;
}

void Planner::clampToRoles(const World& world, const Connection& connection) {
    if (world.links.hasStandby() && connection.side == Side::client)
        judgement_.standby = standbyOf(world, connection, judgement_.again);
    for (std::size_t i = 0; i < judgement_.decisions.size(); ++i) {
        auto& decision = judgement_.decisions[i];
        const auto& local = world.links.local(candidates_.all()[i].local);
        const auto role = local.role;
        if (role == Role::backup)
            decision.priority = Priority::backup;
        if (role == Role::standby)
            clampToStandby(world, connection, i);
        if (local.leaving)
            forbidForLink(i, Existing::keep, reasons::linkLeaves);
        if (role == Role::ignore)
            forbidForLink(i, Existing::drain, reasons::linkIgnored);
    }
}

/// While another link carries, nothing new begins on a standby link, and what is there goes.
void Planner::clampToStandby(const World& world, const Connection& connection, std::size_t path) {
    if (judgement_.standby == Standby::serves)
        return;
    auto existing = judgement_.standby == Standby::rests ? Existing::drain : Existing::keep;
    for (const auto& subflow : connection.subflows) {
        const auto until = subflow.since + standbyStay;
        if (subflow.path != candidates_.all()[path].record || !alive(subflow) || subflow.initial ||
            until <= world.now)
            continue;
        existing = Existing::keep;
        judgement_.again = std::min(judgement_.again, until);
    }
    forbidForLink(path, existing, reasons::standbyRests);
}

void Planner::forbidForLink(std::size_t path, Existing existing, const ReasonText& reason) {
    auto& decision = judgement_.decisions[path];
    decision = {};
    decision.verdict = Verdict::forbidden;
    decision.by = Voice::link;
    decision.existing = existing;
    decision.reason = {&reason, 0, 0};
}

/// Nothing new goes to an address that the peer withdrew, nor to the port from which it once
/// opened a subflow.
void Planner::guardRemotes(const Connection& connection) {
    for (std::size_t i = 0; i < judgement_.decisions.size(); ++i) {
        const auto& candidate = candidates_.all()[i];
        const bool initial =
            candidate.remote == connection.remote && connection.side == Side::client;
        const bool announced = announcementOf(connection, candidate.remote) != nullptr;
        auto& decision = judgement_.decisions[i];
        if (candidate.refusal && decision.verdict != Verdict::forbidden) {
            decision = {};
            decision.verdict = Verdict::forbidden;
            decision.by = Voice::guard;
            decision.reason = {candidate.refusal, 0, 0};
        }
        if (initial || announced || isOrdered(i) || decision.verdict == Verdict::forbidden)
            continue;
        const bool withdrawn = candidate.origin == RemoteOrigin::announced;
        decision = {};
        decision.verdict = Verdict::forbidden;
        decision.by = Voice::peer;
        decision.reason = {withdrawn ? &reasons::remoteWithdrawn : &reasons::openedByPeer, 0, 0};
    }
}

/// RFC 8684 §3.1: nobody joins a peer's initial address and port if the peer said so. While
/// nobody knows, one connection finds out for all.
void Planner::guardInitial(const World& world, const Connection& connection) {
    if (connection.side != Side::client)
        return;
    const auto verdict = world.joinInitial(connection);
    if (verdict == JoinInitial::allowed)
        return;
    const auto& initial = world.remotes[connection.remote];
    const bool leads = initial.leader == Token{} || initial.leader == connection.token;
    const bool joins = std::ranges::any_of(connection.subflows, [&](const Subflow& subflow) {
        return !subflow.initial && connection.paths[subflow.path].remote == connection.remote;
    });
    for (std::size_t i = 0; i < judgement_.decisions.size(); ++i) {
        if (candidates_.all()[i].remote != connection.remote)
            continue;
        auto& decision = judgement_.decisions[i];
        if (verdict == JoinInitial::denied && decision.verdict != Verdict::forbidden) {
            decision.verdict = Verdict::forbidden;
            decision.by = Voice::guard;
            decision.existing = Existing::keep;
            decision.reason = {&reasons::initialDenied, 0, 0};
        } else if (verdict == JoinInitial::unknown && (!leads || joins)) {
            hold(i, Voice::guard, {&reasons::initialUnknown, 0, 0}, never);
        }
    }
}

} // namespace subflowd::core
