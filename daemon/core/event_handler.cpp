// SPDX-License-Identifier: BSD-3-Clause
#include "core/event_handler.hpp"

#include "core/change_of.hpp"
#include "core/charges.hpp"
#include "core/failure.hpp"
#include "core/joins.hpp"
#include "core/reasons.hpp"
#include "core/records.hpp"
#include "core/rules.hpp"

#include <algorithm>

namespace subflowd::core {

void EventHandler::handle(const KernelEvent& event) {
    std::visit([this](const auto& one) { on(one); }, event);
}

void EventHandler::on(const event::Created& event) {
    if (auto* connection = world_.connections.find(event.token)) {
        if (!connection->partial && world_.initialTuple(*connection) == event.initial)
            return; // its ESTABLISHED came first, or the event twice
        // A token that was used again: the end of the old connection was lost.
        evaluator_.resign(world_, *connection);
        records::removeConnection(world_, *connection);
    }
    evaluator_.begin(world_, created(event));
}

void EventHandler::on(const event::Established& event) {
    auto* connection = world_.connections.find(event.token);
    if (!connection) {
        if (world_.tombstones.contains(event.token))
            return; // closed before it was established (K2)
        connection = &created(event);
    } else if (connection->partial) {
        records::complete(world_, *connection, event);
        chooseRule(world_, *connection);
        askFacts(world_, *connection);
        records::remember(world_, *connection);
    } else if (event.joinInitial != JoinInitial::unknown &&
               event.joinInitial != connection->joinInitial) {
        connection->joinInitial = event.joinInitial;
        records::remember(world_, *connection);
    }
    if (connection->state == ConnectionState::established)
        return;
    connection->state = ConnectionState::established;
    auto change = changeOf(Change::Kind::connectionEstablished, *connection);
    change.tuple = event.initial;
    world_.publish(change);
    evaluator_.established(world_, *connection);
}

Connection& EventHandler::created(const event::Connection& event) {
    world_.tombstones.remove(event.token);
    auto& connection = records::addConnection(world_, event);
    chooseRule(world_, connection);
    askFacts(world_, connection);
    records::remember(world_, connection);
    auto change = changeOf(Change::Kind::connectionCreated, connection);
    change.tuple = event.initial;
    change.link = world_.links.local(connection.local).link;
    world_.publish(change);
    return connection;
}

void EventHandler::on(const event::Closed& event) {
    world_.tombstones.add(event.token, world_.snapshot);
    auto* connection = world_.connections.find(event.token);
    if (!connection)
        return; // never was a multipath connection
    world_.outcome.memos.emplace_back(memo::Gone{event.token});
    world_.publish(changeOf(Change::Kind::connectionClosed, *connection));
    evaluator_.resign(world_, *connection);
    records::removeConnection(world_, *connection);
}

/// A connection by its token. An event for an unknown one proves that events were missed: it is
/// noted, and a snapshot tells the rest.
Connection* EventHandler::known(Token token) {
    if (auto* connection = world_.connections.find(token))
        return connection;
    if (world_.tombstones.contains(token))
        return nullptr;
    world_.outcome.resync = Resync::needed;
    return &records::addPartial(world_, token);
}

void EventHandler::on(const event::SubflowEstablished& event) {
    auto* connection = known(event.token);
    if (!connection || connection->partial)
        return;
    connection->state = ConnectionState::established; // or there could be no join
    records::takeEnding(*connection, event.tuple, world_.now);
    auto& subflow = appeared(*connection, event);
    subflow.seen = world_.snapshot;
    subflow.peerPriority = event.peerPriority;
    if (subflow.state != SubflowState::pending)
        return;
    joins::answered(world_, subflow);
    subflow.closing = subflow.timedOut = false; // the answer was faster than its being cancelled
    charges::giveBack(world_, *connection, subflow);
    subflow.localPort = event.tuple.local.port;
    subflow.form = event.tuple.form;
    subflow.localId = event.localId;
    subflow.remoteId = event.remoteId;
    subflow.roundTrip = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(world_.now - subflow.since).count());
    records::adoptId(world_, *connection, connection->paths[subflow.path].local, event.localId);
    records::setState(world_, *connection, subflow, SubflowState::up);
    noteReached(*connection, subflow);
    ++world_.counters.subflowsEstablished;
    auto change = changeOf(Change::Kind::subflowEstablished, *connection);
    change.tuple = event.tuple;
    change.link = world_.localOf(*connection, subflow).link;
    change.localId = event.localId;
    change.remoteId = event.remoteId;
    change.priority = subflow.priority;
    world_.publish(change);
    evaluator_.evaluate(world_, *connection);
}

/// Where others wait to hear that the network brings something again, they are looked at.
void EventHandler::noteReached(const Connection& connection, const Subflow& subflow) {
    const auto& remote = world_.remotes[connection.paths[subflow.path].remote].endpoint.address;
    const auto news =
        world_.reachability.answered(world_.localOf(connection, subflow).link, remote, world_.now);
    if (news == Reachability::News::yes)
        world_.sweepWanted = true;
}

/// The record of a subflow that was reported: asked for here, or new.
Subflow& EventHandler::appeared(Connection& connection, const event::SubflowEstablished& event) {
    if (auto* subflow = records::findSubflow(world_, connection, event.tuple))
        return *subflow;
    records::forgetStalePaths(world_, connection);
    const auto local = world_.links.acquire(event.tuple.local.address, event.boundTo);
    const auto remote = world_.remotes.acquire(event.tuple.remote);
    const auto path =
        records::ensurePath(world_, connection, local, remote, RemoteOrigin::observed);
    world_.links.release(local);
    world_.remotes.release(remote);
    auto& subflow = records::addSubflow(connection, path);
    subflow.opener = connection.side == Side::server ? Opener::peer : Opener::unknown;
    subflow.since = world_.now;
    connection.paths[path].by = Voice::peer;
    connection.paths[path].reason = {&reasons::openedByPeer, 0, 0};
    if (subflow.opener == Opener::peer)
        judgeInbound(connection, subflow);
    return subflow;
}

/// In userspace mode the kernel sets no limit to what peers open (K22, threat T4).
void EventHandler::judgeInbound(Connection& connection, Subflow& subflow) {
    const auto& settings = world_.configuration->guard;
    records::countInbound(world_, connection, subflow);
    const auto& peer = world_.remotes[connection.paths[subflow.path].remote].endpoint.address;
    if (!connection.inboundJoins.has(world_.now, settings.inboundJoins))
        subflow.excess = Excess::rate;
    else if (world_.inbound.ofNetwork(peer) > settings.inboundPerPeer)
        subflow.excess = Excess::ofPeer;
    else if (world_.inbound.all() > settings.inbound)
        subflow.excess = Excess::overall;
    if (subflow.excess == Excess::none)
        connection.inboundJoins.take(world_.now, settings.inboundJoins);
}

void EventHandler::on(const event::SubflowClosed& event) {
    if (world_.snapshotRunning)
        ended_.push_back({event.token, event.tuple});
    auto* connection = world_.connections.find(event.token);
    if (!connection || connection->partial ||
        records::takeEnding(*connection, event.tuple, world_.now))
        return;
    if (auto* subflow = records::findSubflow(world_, *connection, event.tuple)) {
        ended(*connection, *subflow, event);
        evaluator_.evaluate(world_, *connection);
    }
}

/// Whether an RM_ADDR that was sent for an earlier subflow of the path may have ended this one: it
/// goes by another path, and a join that found no queue on its own can be faster.
bool EventHandler::mayMeanPredecessor(const Path& path, const Subflow& subflow) const {
    constexpr Duration longestQueue = std::chrono::seconds(2);
    return path.removalSent && world_.now - subflow.since < longestQueue;
}

void EventHandler::ended(Connection& connection, Subflow& subflow,
                         const event::SubflowClosed& event) {
    auto& path = connection.paths[subflow.path];
    const bool confirmed = records::isConfirmed(subflow, world_.now);
    const bool withdrawn = std::ranges::any_of(connection.withdrawn, [&](const Withdrawal& w) {
        return w.id == event.remoteId || w.ref == path.remote;
    });
    const auto commanded = subflow.timedOut  ? Commanded::afterTimeout
                           : subflow.closing ? Commanded::yes
                                             : Commanded::no;
    const bool stale = mayMeanPredecessor(path, subflow);
    if (commanded == Commanded::no)
        path.removalSent = false;
    const auto failure = failureOf(event, {subflow.state, commanded, withdrawn, confirmed, stale});
    if (confirmed)
        path.attempts = 0;
    else if (failure.cause != Cause::expected)
        charges::takeAgain(world_, connection, subflow);
    if (subflow.state == SubflowState::pending)
        ++world_.counters.subflowsFailed;
    else
        ++world_.counters.subflowsClosed;
    auto change = changeOf(Change::Kind::subflowClosed, connection);
    change.tuple = event.tuple;
    change.link = world_.localOf(connection, subflow).link;
    change.localId = event.localId;
    change.remoteId = event.remoteId;
    change.failure = failure;
    world_.publish(change);

    const bool initial = subflow.initial;
    records::conclude(world_, connection, subflow, failure);
    if (!initial)
        settleInitial(connection, path, failure.cause);
    if (failure.cause != Cause::expected)
        evaluator_.tell(world_, connection, path);
}

/// The end of the join that was to find out whether the peer denies joins to its initial address.
void EventHandler::settleInitial(Connection& connection, const Path& path, Cause cause) {
    if (path.remote != connection.remote || world_.remotes[path.remote].leader != connection.token)
        return;
    if (cause == Cause::refused)
        evaluator_.settle(world_, connection, JoinInitial::denied);
    else if (cause == Cause::rejected || cause == Cause::closedByPeer ||
             cause == Cause::staleRemoval)
        evaluator_.settle(world_, connection, JoinInitial::allowed);
    else
        evaluator_.resign(world_, connection);
}

void EventHandler::on(const event::SubflowPriority& event) {
    auto* connection = known(event.token);
    if (!connection || connection->partial)
        return;
    auto* subflow = records::findSubflow(world_, *connection, event.tuple);
    if (!subflow || subflow->peerPriority == event.peerPriority)
        return;
    subflow->peerPriority = event.peerPriority;
    auto change = changeOf(Change::Kind::subflowPriority, *connection);
    change.tuple = event.tuple;
    change.link = world_.localOf(*connection, *subflow).link;
    change.localId = event.localId;
    change.remoteId = event.remoteId;
    change.priority = event.peerPriority;
    world_.publish(change);
    evaluator_.evaluate(world_, *connection);
}

void EventHandler::on(const event::Listener& /*event*/) {}

} // namespace subflowd::core
