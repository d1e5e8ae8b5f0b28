// SPDX-License-Identifier: BSD-3-Clause
#include "core/result_handler.hpp"

#include "core/change_of.hpp"
#include "core/charges.hpp"
#include "core/failure.hpp"
#include "core/joins.hpp"
#include "core/records.hpp"
#include "core/rules.hpp"
#include "core/table_entries.hpp"

#include <algorithm>
#include <cerrno>

namespace subflowd::core {

namespace {

const char* nameOf(InFlight::Kind kind) {
    switch (kind) {
    case InFlight::Kind::createSubflow:
        return "SUBFLOW_CREATE";
    case InFlight::Kind::destroySubflow:
        return "SUBFLOW_DESTROY";
    case InFlight::Kind::resetSubflow:
        return "SOCK_DESTROY";
    case InFlight::Kind::cancelJoin:
        return "SOCK_DESTROY of a join";
    case InFlight::Kind::setPriority:
        return "SET_FLAGS";
    case InFlight::Kind::announce:
        return "ANNOUNCE";
    case InFlight::Kind::removeAddress:
        return "REMOVE";
    case InFlight::Kind::askIds:
        return "GET_ADDR";
    case InFlight::Kind::askFacts:
        return "SOCK_DIAG_BY_FAMILY";
    }
    return "a command";
}

template <class Which>
Subflow* pendingOf(Connection& connection, Which which) {
    const auto at = std::ranges::find_if(connection.subflows, [&](const Subflow& subflow) {
        return subflow.state == SubflowState::pending && which(subflow);
    });
    return at == connection.subflows.end() ? nullptr : &*at;
}

Subflow* createdBy(Connection& connection, CommandId create) {
    return pendingOf(connection,
                     [create](const Subflow& subflow) { return subflow.create == create; });
}

/// No command of this daemon asked for a join that a snapshot found: the path tells it from others.
Subflow* cancelledBy(const World& world, Connection& connection, const InFlight& cancel) {
    return pendingOf(connection, [&](const Subflow& subflow) {
        const auto tuple = world.tupleOf(connection, subflow);
        return subflow.create == cancel.join && tuple.local.address == cancel.tuple.local.address &&
               tuple.remote == cancel.tuple.remote;
    });
}

} // namespace

void ResultHandler::handle(const CommandFinished& result) {
    const auto command = world_.inFlight.take(result.id);
    if (!command)
        return; // answered after the deadline
    if (result.refusal != Refusal::none)
        ++world_.counters.commandsRefused;
    if (result.refusal == Refusal::unanswered)
        world_.outcome.resync = Resync::needed; // only a snapshot tells what became of it
    else
        world_.latencies.commandToAck.add(world_.now - command->issued);
    if (auto* connection = world_.connections.find(command->token))
        handle(*connection, *command, result);
}

void ResultHandler::handle(Connection& connection, const InFlight& command,
                           const CommandFinished& result) {
    if (command.kind == InFlight::Kind::createSubflow && sentAgain(connection, command, result))
        return;
    if (result.refusal != Refusal::none)
        publishRefusal(connection, command, result);
    if (handledForAll(connection, result))
        return;
    switch (command.kind) {
    case InFlight::Kind::createSubflow:
        created(connection, command, result);
        break;
    case InFlight::Kind::destroySubflow:
    case InFlight::Kind::resetSubflow:
        ended(connection, command, result);
        break;
    case InFlight::Kind::setPriority:
        prioritised(connection, command, result);
        break;
    case InFlight::Kind::announce:
        announced(connection, command, result);
        break;
    case InFlight::Kind::cancelJoin:
        cancelled(connection, command, result);
        break;
    case InFlight::Kind::removeAddress:
        break; // an id that the kernel no longer knows is as good as removed
    case InFlight::Kind::askIds:
        idsTold(connection, result);
        break;
    case InFlight::Kind::askFacts:
        factsTold(connection, result);
        break;
    }
}

/// No answer is one, too: a socket that is not found has no device and no owner.
void ResultHandler::factsTold(Connection& connection, const CommandFinished& result) {
    connection.facts = result.facts;
    connection.factsState = FactsState::known;
    records::confineToDevice(connection, result.facts ? result.facts->boundDevice : noLink);
    if (connection.undecided)
        chooseRule(world_, connection, result.controlGroup);
    evaluator_.begin(world_, connection);
}

/// Refusals that say something about the connection as a whole.
bool ResultHandler::handledForAll(Connection& connection, const CommandFinished& result) {
    if (result.refusal == Refusal::unknownToken) {
        world_.outcome.memos.emplace_back(memo::Gone{connection.token});
        world_.tombstones.add(connection.token, world_.snapshot);
        world_.publish(changeOf(Change::Kind::connectionClosed, connection));
        evaluator_.resign(world_, connection);
        records::removeConnection(world_, connection);
        return true;
    }
    if (result.refusal == Refusal::kernelManaged) {
        leaveToKernel(connection);
        return true;
    }
    return false;
}

void ResultHandler::leaveToKernel(Connection& connection) {
    if (connection.managedBy == ManagedBy::kernel)
        return;
    connection.managedBy = ManagedBy::kernel;
    records::watch(world_, connection, records::Watch::no);
    evaluator_.resign(world_, connection);
    for (std::size_t i = connection.subflows.size(); i-- > 0;)
        if (isPendingJoin(connection.subflows[i]))
            records::removeSubflow(world_, connection, connection.subflows[i]);
}

/// Whether a join whose local port was the daemon's choice goes out again: the port was taken, or
/// an entry of the kernel's table that is older than this daemon is in its way.
bool ResultHandler::sentAgain(Connection& connection, const InFlight& command,
                              const CommandFinished& result) {
    const bool taken = result.refusal == Refusal::byErrno && result.error == EADDRINUSE;
    auto* join = createdBy(connection, command.id);
    if (!join || join->closing || (!taken && result.refusal != Refusal::idMismatch))
        return false;
    const auto& path = connection.paths[join->path];
    if (path.entry != TableEntry::ofPort)
        return false;
    const bool another = taken && join->portTries < SourcePorts::mostTries;
    joins::send(world_, connection, *join,
                another ? world_.sourcePorts.another(world_.links, path.local, world_.host) : 0);
    return true;
}

void ResultHandler::created(Connection& connection, const InFlight& command,
                            const CommandFinished& result) {
    auto* subflow = createdBy(connection, command.id);
    if (result.refusal == Refusal::none) {
        connection.idsState = IdsState::trusted;
        if (subflow)
            joins::acknowledged(world_, *subflow);
        return; // an event tells the rest
    }
    if (!subflow || result.refusal == Refusal::unanswered)
        return;
    auto& path = connection.paths[subflow->path];
    if (result.refusal == Refusal::byErrno)
        table_entries::forget(world_, connection, path.local);
    charges::giveBack(world_, connection, *subflow);
    evaluator_.resign(world_, connection);
    ++world_.counters.subflowsFailed;
    if (result.refusal == Refusal::idMismatch && connection.idsState != IdsState::told) {
        path.failedAt = never; // nothing was sent: it is tried again, with the right id
        records::removeSubflow(world_, connection, *subflow);
        return askIds(connection);
    }
    records::conclude(world_, connection, *subflow, failureOf(result));
    evaluator_.tell(world_, connection, path);
    evaluator_.evaluate(world_, connection);
}

/// A subflow whose end was commanded is gone with the ack, or because there was nothing to end.
/// The kernel's event may come before or after, or never on a half-closed connection.
void ResultHandler::ended(Connection& connection, const InFlight& command,
                          const CommandFinished& result) {
    auto* subflow = records::findSubflow(world_, connection, command.tuple);
    if (!subflow || !subflow->closing || result.refusal == Refusal::unanswered)
        return;
    auto& path = connection.paths[subflow->path];
    if (records::isConfirmed(*subflow, world_.now))
        path.attempts = 0;
    if (subflow->state != SubflowState::pending)
        ++world_.counters.subflowsClosed;
    const Failure failure{Cause::expected, 0, std::nullopt, false};
    publishEnd(connection, *subflow, failure);
    records::expectEnding(connection, command.tuple, world_.now);
    records::conclude(world_, connection, *subflow, failure);
    evaluator_.evaluate(world_, connection);
}

/// A join that inet_diag does not show any more was answered meanwhile: its event is on the way, or
/// was lost, which a snapshot tells if it does not come.
void ResultHandler::cancelled(Connection& connection, const InFlight& command,
                              const CommandFinished& result) {
    auto* join = cancelledBy(world_, connection, command);
    if (!join)
        return;
    if (result.refusal != Refusal::none) {
        join->closing = join->timedOut = false;
        join->vanished = true;
        join->since = world_.now;
        return evaluator_.evaluate(world_, connection);
    }
    auto& path = connection.paths[join->path];
    const bool timedOut = join->timedOut;
    const Failure failure{timedOut ? Cause::timedOut : Cause::expected, 0, std::nullopt, false};
    ++world_.counters.subflowsFailed;
    publishEnd(connection, *join, failure);
    records::expectEnding(connection, command.tuple, world_.now);
    records::conclude(world_, connection, *join, failure);
    if (path.remote == connection.remote)
        evaluator_.resign(world_, connection);
    if (timedOut)
        evaluator_.tell(world_, connection, path);
    evaluator_.evaluate(world_, connection);
}

void ResultHandler::publishEnd(const Connection& connection, const Subflow& subflow,
                               const Failure& failure) {
    auto change = changeOf(Change::Kind::subflowClosed, world_, connection, subflow);
    change.failure = failure;
    change.reason = connection.paths[subflow.path].reason;
    world_.publish(change);
}

void ResultHandler::prioritised(Connection& connection, const InFlight& command,
                                const CommandFinished& result) {
    auto* subflow = records::findSubflow(world_, connection, command.tuple);
    if (!subflow || subflow->asked != command.priority)
        return;
    subflow->asked.reset();
    if (result.refusal == Refusal::none)
        subflow->priority = command.priority;
}

void ResultHandler::announced(Connection& connection, const InFlight& command,
                              const CommandFinished& result) {
    const auto own =
        std::ranges::find(connection.announcements, command.localId, &OwnAnnouncement::id);
    if (own == connection.announcements.end())
        return;
    own->acknowledged = result.refusal == Refusal::none;
    if (result.refusal == Refusal::none || result.refusal == Refusal::unanswered)
        return;
    const bool otherId = result.refusal == Refusal::idMismatch && own->port == 0 &&
                         connection.idsState != IdsState::told;
    if (!otherId) {
        own->refused = true;
        return;
    }
    records::releaseAnnouncement(world_, *own);
    connection.announcements.erase(own);
    askIds(connection);
}

/// The kernel knows an address of the connection under another id: its table decides.
void ResultHandler::askIds(Connection& connection) {
    if (connection.idsState == IdsState::asked)
        return;
    connection.idsState = IdsState::asked;
    world_.issue(command::AskIds{connection.token},
                 {{}, InFlight::Kind::askIds, connection.token, {}, {}, {}, {}});
}

/// An id that stands for an address with a port is no id for the address.
void ResultHandler::adopt(Connection& connection, const KnownId& known,
                          const std::bitset<256>& taken) {
    const auto local = world_.links.acquire(known.local.address, noLink);
    if (known.local.port == 0)
        records::adoptId(world_, connection, local, known.id);
    else if (records::idOf(world_, connection, local) == known.id)
        table_entries::renewId(world_, connection, local, taken);
    world_.links.release(local);
}

void ResultHandler::idsTold(Connection& connection, const CommandFinished& result) {
    std::bitset<256> taken;
    for (const auto& known : result.ids)
        taken.set(static_cast<std::size_t>(known.id));
    for (const auto& known : result.ids)
        adopt(connection, known, taken);
    connection.idsState = IdsState::told;
    evaluator_.evaluate(world_, connection);
}

void ResultHandler::publishRefusal(const Connection& connection, const InFlight& command,
                                   const CommandFinished& result) {
    auto change = changeOf(Change::Kind::commandRefused, connection);
    change.tuple = command.tuple;
    change.localId = command.localId;
    change.failure = failureOf(result);
    world_.publish(change);
    const bool ordinary = result.refusal == Refusal::unknownToken ||
                          result.refusal == Refusal::kernelManaged ||
                          command.kind != InFlight::Kind::createSubflow;
    world_.log(ordinary ? LogRecord::Level::debug : LogRecord::Level::info,
               std::string{"the kernel refused "} + nameOf(command.kind) + ": errno " +
                   std::to_string(result.error) +
                   (result.message.empty() ? "" : " (" + result.message + ")"),
               connection.token);
}

} // namespace subflowd::core
