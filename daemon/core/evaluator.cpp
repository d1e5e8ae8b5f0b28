// SPDX-License-Identifier: BSD-3-Clause
#include "core/evaluator.hpp"

#include "core/records.hpp"
#include "core/rules.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace subflowd::core {

namespace {

/// Policies speak of times: what they said is taken for what they would say only this long.
constexpr auto mostForesight = std::chrono::milliseconds(50);

bool isManaged(const World& world, const Connection& connection) {
    return world.configuration->mode == Mode::userspace && !connection.partial &&
           connection.managedBy == ManagedBy::subflowd;
}

/// Notes since when a connection has no established subflow.
void noteStranded(const World& world, Connection& connection) {
    const bool carried = std::ranges::any_of(connection.subflows, [](const Subflow& subflow) {
        return !subflow.closing && subflow.state != SubflowState::pending;
    });
    if (carried)
        connection.stranded = never;
    else if (connection.stranded == never)
        connection.stranded = world.now;
}

/// Only the side that opened a connection joins, so only there it helps to know of dead subflows.
void watchHealth(World& world, Connection& connection) {
    const bool matters = connection.side == Side::client &&
                         connection.state == ConnectionState::established &&
                         isManaged(world, connection) &&
                         (policyAsks(world, connection, Needs::health) || world.links.hasStandby());
    records::watch(world, connection, matters ? records::Watch::yes : records::Watch::no);
}

} // namespace

void Evaluator::evaluate(World& world, Connection& connection) {
    foresight_ = {};
    look(world, connection);
}

void Evaluator::established(World& world, Connection& connection) {
    look(world, connection);
}

void Evaluator::look(World& world, Connection& connection) {
    if (!connection.partial)
        askFacts(world, connection);
    if (!connection.undecided)
        watchHealth(world, connection);
    if (!isManaged(world, connection))
        return world.measurements.forget(connection.token);
    noteStranded(world, connection);
    connection.timer = never; // what it was for is seen to now, or is set again
    if (connection.factsState == FactsState::asked)
        return;
    settleWhenConfirmed(world, connection);
    records::forgetStalePaths(world, connection);
    const auto& judgement = judge(world, connection);
    if (judgement.complete)
        world.measurements.want(connection.token, judgement.period, judgement.notes, world.now);
    if (connection.state == ConnectionState::established)
        reconciler_.reconcile(world, connection, judgement, planner_.candidates());
    else
        reconciler_.announceOnly(world, connection, judgement, planner_.candidates());
}

void Evaluator::begin(World& world, Connection& connection) {
    if (connection.side == Side::server || connection.state == ConnectionState::established)
        return evaluate(world, connection); // announcements need not wait for ESTABLISHED (K1)
    if (connection.factsState != FactsState::asked && isManaged(world, connection))
        foresee(world, connection);
}

void Evaluator::foresee(World& world, Connection& connection) {
    connection.state = ConnectionState::established;
    const auto& judgement = planner_.judge(world, connection, Listing::possible);
    const auto join = reconciler_.foresee(world, connection, judgement, planner_.candidates());
    connection.state = ConnectionState::created;
    foresight_ = {connection.token,
                  connection.joinInitial,
                  world.step,
                  world.now + mostForesight,
                  join,
                  world.inFlight.comingId()};
}

/// What was issued since would come between.
void Evaluator::promise(World& world) const {
    if (foresight_.step != world.step || !foresight_.join ||
        foresight_.id != world.inFlight.comingId())
        return;
    const auto* connection = world.connections.find(foresight_.token);
    if (!connection)
        return;
    const event::Established event{{connection->token, connection->side, connection->joinInitial,
                                    world.initialTuple(*connection)}};
    world.outcome.promise = Promise{event, foresight_.until, {foresight_.id, *foresight_.join}};
}

/// Nothing else was judged since, or a step would have gone by.
const Judgement& Evaluator::judge(World& world, const Connection& connection) {
    const auto foresight = std::exchange(foresight_, {});
    const bool holds = foresight.token == connection.token && foresight.step + 1 == world.step &&
                       world.now < foresight.until &&
                       foresight.joinInitial == connection.joinInitial;
    return holds ? planner_.judgement() : planner_.judge(world, connection, Listing::possible);
}

void Evaluator::tell(World& world, const Connection& connection, const Path& path) {
    const auto& local = world.links.local(path.local);
    const Fact fact{
        connection.token, local.link,   local.address, world.remotes[path.remote].endpoint,
        path.origin,      path.failure, path.lasted,   world.now};
    for (const auto policy : chainOf(world, connection))
        world.policies.tell(policy, fact);
}

void Evaluator::settle(World& world, Connection& connection, JoinInitial verdict) {
    auto& remote = world.remotes[connection.remote];
    remote.verdict = verdict;
    remote.leader = Token{};
    if (verdict == JoinInitial::denied)
        world.deniedServers.add(remote.endpoint, world.now);
    world.sweepWanted = true;
}

void Evaluator::resign(World& world, Connection& connection) {
    if (connection.partial)
        return;
    auto& remote = world.remotes[connection.remote];
    if (remote.leader != connection.token)
        return;
    remote.leader = Token{};
    if (remote.users > connection.paths.size() + 1)
        world.sweepWanted = true;
}

void Evaluator::settleWhenConfirmed(World& world, Connection& connection) {
    if (world.remotes[connection.remote].leader != connection.token)
        return;
    for (const auto& subflow : connection.subflows) {
        const bool joined = !subflow.initial && subflow.state == SubflowState::up &&
                            connection.paths[subflow.path].remote == connection.remote;
        if (joined && records::isConfirmed(subflow, world.now))
            return settle(world, connection, JoinInitial::allowed);
    }
}

} // namespace subflowd::core
