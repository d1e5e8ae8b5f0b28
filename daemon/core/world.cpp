// SPDX-License-Identifier: BSD-3-Clause
#include "core/world.hpp"

#include <utility>

namespace subflowd::core {

void World::publish(const Change& change) {
    outcome.changes.push_back(change);
}

void World::log(LogRecord record) {
    outcome.log.push_back(std::move(record));
}

void World::log(LogRecord::Level level, std::string text, Token token, LinkIndex link) {
    log({level, token, link, std::move(text), LogTopic::none});
}

CommandId World::issue(const Command& command, InFlight context) {
    context.id = inFlight.nextId();
    context.issued = now;
    outcome.commands.push_back({context.id, command});
    inFlight.add(context);
    ++counters.commands;
    return context.id;
}

void World::beginSnapshot() {
    ++snapshot;
    snapshotRunning = true;
    snapshotBegun = now;
}

Duration World::endSnapshot() {
    snapshotRunning = false;
    const auto took = now - snapshotBegun;
    latencies.snapshot.add(took);
    return took;
}

void World::schedule(Connection& connection, Instant at) {
    if (at >= connection.timer)
        return;
    connection.timer = at;
    timers.push(at, connection.token);
}

void World::queue(Connection& connection) {
    if (std::exchange(connection.queued, true))
        return;
    line.push_back(connection.token);
}

std::string_view World::nameOf(Voice voice) const {
    switch (voice) {
    case Voice::core:
        return "core";
    case Voice::guard:
        return "guard";
    case Voice::limit:
        return "limit";
    case Voice::link:
        return "link";
    case Voice::kernel:
        return "kernel";
    case Voice::peer:
        return "peer";
    case Voice::byOperator:
        return "operator";
    }
    const auto policy = static_cast<std::size_t>(voice);
    return policy < policies.size() ? std::string_view{policies.name(policy)} : "core";
}

Endpoint World::localEndpoint(const Connection& connection, const Subflow& subflow) const {
    return {localOf(connection, subflow).address, subflow.localPort};
}

FourTuple World::tupleOf(const Connection& connection, const Subflow& subflow) const {
    return {localEndpoint(connection, subflow),
            remotes[connection.paths[subflow.path].remote].endpoint, subflow.form};
}

FourTuple World::initialTuple(const Connection& connection) const {
    return {{links.local(connection.local).address, connection.localPort},
            remotes[connection.remote].endpoint,
            connection.form};
}

const Local& World::localOf(const Connection& connection, const Subflow& subflow) const {
    return links.local(connection.paths[subflow.path].local);
}

JoinInitial World::joinInitial(const Connection& connection) const {
    return connection.joinInitial != JoinInitial::unknown ? connection.joinInitial
                                                          : remotes[connection.remote].verdict;
}

} // namespace subflowd::core
