// SPDX-License-Identifier: BSD-3-Clause
#include "core/event_handler.hpp"

#include "core/failure.hpp"
#include "core/reasons.hpp"
#include "core/records.hpp"
#include "core/rules.hpp"

#include <algorithm>

namespace subflowd::core {

namespace {

/// How long the peer's kernel has for closing the subflows of an address it withdrew.
constexpr auto withdrawalGrace = std::chrono::milliseconds(200);

/// More announced addresses than this are a peer's attempt to make this host scan.
constexpr std::size_t mostRemotes = 8;

Change changeOf(Change::Kind kind, const Connection& connection) {
    Change change;
    change.kind = kind;
    change.token = connection.token;
    change.side = connection.side;
    return change;
}

/// One withdrawal for each id, however often the peer repeats itself.
void withdraw(World& world, Connection& connection, const Withdrawal& withdrawal) {
    const auto same = std::ranges::find(connection.withdrawn, withdrawal.id, &Withdrawal::id);
    if (same == connection.withdrawn.end()) {
        connection.withdrawn.push_back(withdrawal);
        return;
    }
    world.remotes.release(same->ref);
    *same = withdrawal;
}

} // namespace

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
    evaluator_.rehearse(world_, created(event));
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
    evaluator_.evaluate(world_, *connection);
}

Connection& EventHandler::created(const event::Connection& event) {
    world_.tombstones.remove(event.token);
    auto& connection = records::addConnection(world_, event);
    chooseRule(world_, connection);
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

void EventHandler::on(const event::Announced& event) {
    auto* connection = known(event.token);
    if (!connection)
        return;
    const auto same = std::ranges::find_if(connection->announced, [&](const Remote& remote) {
        return remote.id == event.id || world_.remotes[remote.ref].endpoint == event.remote;
    });
    if (same != connection->announced.end()) {
        // An id that stands for another address must be removed first (RFC 8684 §3.4.1).
        if (world_.remotes[same->ref].endpoint != event.remote)
            return;
        same->refreshed = world_.now;
    } else {
        if (connection->announced.size() >= mostRemotes)
            return;
        connection->announced.push_back(
            {world_.remotes.acquire(event.remote), event.id, world_.now, world_.now});
        world_.outcome.memos.emplace_back(memo::Announced{event.token, event.id, event.remote});
        auto change = changeOf(Change::Kind::addressAnnounced, *connection);
        change.tuple.remote = event.remote;
        change.remoteId = event.id;
        world_.publish(change);
    }
    evaluator_.evaluate(world_, *connection);
}

void EventHandler::on(const event::Removed& event) {
    auto* connection = known(event.token);
    if (!connection || connection->partial)
        return;
    const auto due = world_.now + withdrawalGrace;
    const auto announced = std::ranges::find(connection->announced, event.id, &Remote::id);
    if (announced != connection->announced.end()) {
        withdraw(world_, *connection, {announced->ref, event.id, due});
        connection->announced.erase(announced);
    } else if (event.id == initialAddressId) {
        world_.remotes.retain(connection->remote);
        withdraw(world_, *connection, {connection->remote, event.id, due});
    } else {
        // Not announced, so known from subflows that the peer opened, if at all.
        const auto seen = std::ranges::find(connection->subflows, event.id, &Subflow::remoteId);
        if (seen == connection->subflows.end())
            return;
        const auto remote = connection->paths[seen->path].remote;
        world_.remotes.retain(remote);
        withdraw(world_, *connection, {remote, event.id, due});
    }
    world_.outcome.memos.emplace_back(memo::Withdrawn{event.token, event.id});
    auto change = changeOf(Change::Kind::addressWithdrawn, *connection);
    const auto noted = std::ranges::find(connection->withdrawn, event.id, &Withdrawal::id);
    change.tuple.remote = world_.remotes[noted->ref].endpoint;
    change.remoteId = event.id;
    world_.publish(change);
    evaluator_.evaluate(world_, *connection);
}

void EventHandler::on(const event::SubflowEstablished& event) {
    auto* connection = known(event.token);
    if (!connection || connection->partial)
        return;
    connection->state = ConnectionState::established; // or there could be no join
    records::takeEnding(*connection, event.tuple);
    auto& subflow = appeared(*connection, event);
    subflow.seen = world_.snapshot;
    subflow.peerPriority = event.peerPriority;
    if (subflow.state != SubflowState::pending)
        return;
    subflow.localPort = event.tuple.local.port;
    subflow.form = event.tuple.form;
    subflow.localId = event.localId;
    subflow.remoteId = event.remoteId;
    subflow.roundTrip = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(world_.now - subflow.since).count());
    records::adoptId(world_, *connection, connection->paths[subflow.path].local, event.localId);
    records::setState(world_, *connection, subflow, SubflowState::up);
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
    return subflow;
}

void EventHandler::on(const event::SubflowClosed& event) {
    if (world_.snapshotRunning)
        ended_.push_back({event.token, event.tuple});
    auto* connection = world_.connections.find(event.token);
    if (!connection || connection->partial || records::takeEnding(*connection, event.tuple))
        return;
    if (auto* subflow = records::findSubflow(world_, *connection, event.tuple)) {
        ended(*connection, *subflow, event);
        evaluator_.evaluate(world_, *connection);
    }
}

void EventHandler::ended(Connection& connection, Subflow& subflow,
                         const event::SubflowClosed& event) {
    auto& path = connection.paths[subflow.path];
    const bool confirmed =
        subflow.initial || (subflow.state != SubflowState::pending &&
                            world_.now - subflow.since >= confirmationTime(subflow.roundTrip));
    const bool withdrawn = std::ranges::any_of(connection.withdrawn, [&](const Withdrawal& w) {
        return w.id == event.remoteId || w.ref == path.remote;
    });
    const auto failure = failureOf(event, {subflow.state, subflow.closing, withdrawn, confirmed});
    if (confirmed)
        path.attempts = 0;
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

    const bool leads = !subflow.initial && path.remote == connection.remote &&
                       world_.remotes[path.remote].leader == connection.token;
    records::removeSubflow(world_, connection, subflow);
    records::fail(world_, connection, path, failure);
    if (leads && failure.cause == Cause::refused)
        evaluator_.settle(world_, connection, JoinInitial::denied);
    else if (leads && (failure.cause == Cause::rejected || failure.cause == Cause::closedByPeer))
        evaluator_.settle(world_, connection, JoinInitial::allowed);
    else if (leads)
        evaluator_.resign(world_, connection);
    if (failure.cause != Cause::expected)
        evaluator_.tell(world_, connection, path);
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
