// SPDX-License-Identifier: BSD-3-Clause
#include "core/snapshot_handler.hpp"

#include "core/reasons.hpp"
#include "core/records.hpp"
#include "core/rules.hpp"

#include <algorithm>

namespace subflowd::core {

void SnapshotHandler::handle(const SnapshotPart& part) {
    std::visit([this](const auto& one) { on(one); }, part);
}

void SnapshotHandler::on(const snapshot::Begun& begun) {
    occasion_ = begun.occasion;
    world_.beginSnapshot();
    events_.forgetEnded();
    listeningPorts_.clear();
    learned_.clear();
}

void SnapshotHandler::on(const snapshot::Connection& row) {
    if (world_.tombstones.closedSince(row.token, world_.snapshot))
        return;
    auto* connection = world_.connections.find(row.token);
    const bool reused =
        connection && !connection->partial && !(world_.initialTuple(*connection) == row.initial);
    if (reused && connection->seen != world_.snapshot) {
        evaluator_.resign(world_, *connection);
        records::removeConnection(world_, *connection);
        connection = nullptr;
    }
    if (connection && !connection->partial)
        connection->seen = world_.snapshot;
    else
        learn(row);
}

void SnapshotHandler::learn(const snapshot::Connection& row) {
    event::Connection facts;
    facts.token = row.token;
    facts.initial = row.initial;
    if (row.remembered) {
        facts.side = row.remembered->side;
        facts.joinInitial = row.remembered->joinInitial;
    }
    auto* known = world_.connections.find(row.token);
    auto& connection = known ? *known : records::addPartial(world_, row.token);
    records::identify(world_, connection, facts);
    connection.sideKnown = row.remembered.has_value();
    connection.seen = world_.snapshot;
    learned_.push_back(row.token);
    if (row.remembered)
        recall(connection, *row.remembered);
    repaired();
}

void SnapshotHandler::recall(Connection& connection, const snapshot::Remembered& remembered) {
    for (const auto& remote : remembered.announced) {
        const bool known = std::ranges::any_of(connection.announced, [&](const Remote& other) {
            return other.id == remote.id || world_.remotes[other.ref].endpoint == remote.endpoint;
        });
        if (!known)
            connection.announced.push_back(
                {world_.remotes.acquire(remote.endpoint), remote.id, world_.now, world_.now});
    }
}

void SnapshotHandler::on(const snapshot::Subflow& row) {
    auto* connection = world_.connections.find(row.token);
    if (!connection || connection->partial || events_.endedDuringSnapshot(row.token, row.tuple))
        return;
    if (auto* subflow = records::findSubflow(world_, *connection, row.tuple))
        correct(*connection, *subflow, row);
    else
        add(*connection, row);
    if (row.initial && !connection->sideKnown) {
        connection->side = row.openedHere ? Side::client : Side::server;
        connection->sideKnown = true;
    }
    if (row.initial)
        records::confineToDevice(*connection, row.boundTo);
    if (row.fullyEstablished)
        connection->state = ConnectionState::established;
}

void SnapshotHandler::add(Connection& connection, const snapshot::Subflow& row) {
    const auto local = world_.links.acquire(row.tuple.local.address, row.boundTo);
    const auto remote = world_.remotes.acquire(row.tuple.remote);
    const auto origin = row.initial                   ? RemoteOrigin::initial
                        : remote == connection.remote ? RemoteOrigin::initial
                                                      : RemoteOrigin::observed;
    const auto index = records::ensurePath(world_, connection, local, remote, origin);
    world_.links.release(local);
    world_.remotes.release(remote);
    auto& path = connection.paths[index];
    path.reason = {&reasons::foundInKernel, 0, 0};
    auto& subflow = records::addSubflow(connection, index);
    subflow.initial = row.initial;
    subflow.localPort = row.tuple.local.port;
    subflow.form = row.tuple.form;
    subflow.opener = Opener::peer;
    if (row.openedHere)
        subflow.opener = row.initial ? Opener::application : Opener::daemon;
    subflow.localId = row.localId;
    if (subflow.opener == Opener::peer && !subflow.initial)
        records::countInbound(world_, connection, subflow);
    records::setState(world_, connection, subflow, SubflowState::pending);
    if (subflow.opener == Opener::daemon)
        path.verdict = Verdict::wanted; // whoever ran before wanted it: a policy may drop it
    correct(connection, subflow, row);
    repaired();
}

void SnapshotHandler::correct(Connection& connection, Subflow& subflow,
                              const snapshot::Subflow& row) {
    subflow.seen = world_.snapshot;
    subflow.localPort = row.tuple.local.port;
    subflow.form = row.tuple.form;
    subflow.remoteId = row.remoteId;
    subflow.priority = row.priority;
    subflow.peerPriority = row.peerPriority;
    if (row.state == SubflowState::pending || subflow.state != SubflowState::pending)
        return;
    subflow.localId = row.localId;
    records::adoptId(world_, connection, connection.paths[subflow.path].local, row.localId);
    records::setState(world_, connection, subflow, SubflowState::up);
}

void SnapshotHandler::on(const snapshot::Listener& row) {
    listeningPorts_.push_back(row.local.port);
}

void SnapshotHandler::on(const snapshot::Ended& /*ended*/) {
    decideSides();
    forgetUnseen();
    for (const auto token : learned_) {
        auto* connection = world_.connections.find(token);
        if (!connection)
            continue;
        // Only an established connection outlives its initial subflow.
        if (std::ranges::none_of(connection->subflows, &Subflow::initial))
            connection->state = ConnectionState::established;
        chooseRule(world_, *connection);
        askFacts(world_, *connection);
        records::remember(world_, *connection);
        Change change;
        change.kind = Change::Kind::connectionLearned;
        change.token = token;
        change.side = connection->side;
        change.tuple = world_.initialTuple(*connection);
        world_.publish(change);
    }
    learned_.clear();
    if (occasion_ != snapshot::Occasion::start)
        ++world_.counters.resyncs;
    world_.sweepWanted = true;
    Change change;
    change.kind = Change::Kind::resynchronised;
    change.took = world_.endSnapshot();
    world_.publish(change);
}

/// The initial subflow of these is gone, and nothing was remembered: a listener on the local port
/// means that this host serves.
void SnapshotHandler::decideSides() {
    for (const auto token : learned_) {
        auto* connection = world_.connections.find(token);
        if (!connection || connection->sideKnown)
            continue;
        const bool serves =
            std::ranges::find(listeningPorts_, connection->localPort) != listeningPorts_.end();
        connection->side = serves ? Side::server : Side::client;
        connection->sideKnown = true;
    }
}

void SnapshotHandler::forgetUnseen() {
    world_.connections.forEach([this](Connection& connection) {
        if (connection.seen == world_.snapshot) {
            forgetUnseenSubflows(connection);
            return;
        }
        world_.outcome.memos.emplace_back(memo::Gone{connection.token});
        Change change;
        change.kind = Change::Kind::connectionClosed;
        change.token = connection.token;
        change.side = connection.side;
        world_.publish(change);
        evaluator_.resign(world_, connection);
        records::removeConnection(world_, connection);
        repaired();
    });
}

void SnapshotHandler::forgetUnseenSubflows(Connection& connection) {
    for (std::size_t i = connection.subflows.size(); i-- > 0;) {
        auto& subflow = connection.subflows[i];
        if (subflow.seen == world_.snapshot)
            continue;
        Change change;
        change.kind = Change::Kind::subflowClosed;
        change.token = connection.token;
        change.side = connection.side;
        change.tuple = world_.tupleOf(connection, subflow);
        change.failure.cause = Cause::lost;
        world_.publish(change);
        // Its event may still come, because a worker of the kernel sends it when no list has the
        // subflow any more. Without a port, the end of any join of the path would be taken for it.
        if (subflow.localPort != 0)
            records::expectEnding(connection, change.tuple, world_.now);
        records::conclude(world_, connection, subflow, change.failure);
        evaluator_.resign(world_, connection);
        repaired();
    }
}

/// At start everything is news; later, a difference is something that was missed.
void SnapshotHandler::repaired() {
    if (occasion_ != snapshot::Occasion::start)
        ++world_.counters.repairs;
}

} // namespace subflowd::core
