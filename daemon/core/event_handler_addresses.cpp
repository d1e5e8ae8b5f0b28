// SPDX-License-Identifier: BSD-3-Clause
#include "core/change_of.hpp"
#include "core/event_handler.hpp"
#include "core/guard.hpp"

#include <algorithm>

/// The part of the event handler that hears of addresses that peers announce and withdraw.
namespace subflowd::core {

namespace {

/// Announced addresses that the guard refuses are kept for those who ask why: so many.
constexpr std::size_t mostRefused = 8;

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

/// Subflows end because their remote address is withdrawn, and the kernel may report the effect
/// before the cause.
void explainEndings(const World& world, Connection& connection, RemoteRef withdrawn) {
    constexpr Duration before = std::chrono::seconds(1);
    for (auto& path : connection.paths) {
        const bool closed =
            path.failure.cause == Cause::closedByPeer || path.failure.cause == Cause::rejected;
        if (path.remote == withdrawn && path.failedAt != never &&
            world.now - path.failedAt <= before && closed)
            path.failure.cause = Cause::withdrawn;
    }
}

/// Whether there is room for one more announced address (threats T1, T2).
bool hasRoom(const World& world, const Connection& connection, const Endpoint& announced) {
    const auto& settings = world.configuration->guard;
    if (connection.partial)
        return connection.announced.size() < settings.remotes;
    const bool refused = guard::refusalOf(world, connection, announced) != nullptr;
    std::size_t alike = 0;
    std::size_t ports = 0;
    for (const auto& remote : connection.announced) {
        const auto& endpoint = world.remotes[remote.ref].endpoint;
        if ((guard::refusalOf(world, connection, endpoint) != nullptr) != refused)
            continue;
        ++alike;
        if (endpoint.address == announced.address)
            ++ports;
    }
    return refused ? alike < mostRefused
                   : alike < settings.remotes && ports < settings.portsPerRemote;
}

} // namespace

void EventHandler::on(const event::Announced& event) {
    auto* connection = known(event.token);
    if (!connection)
        return;
    const auto same = std::ranges::find_if(connection->announced, [&](const Remote& remote) {
        return remote.id == event.id || world_.remotes[remote.ref].endpoint == event.remote;
    });
    if (same == connection->announced.end()) {
        if (!announced(*connection, event))
            return;
    } else if (world_.remotes[same->ref].endpoint == event.remote) {
        same->refreshed = world_.now;
    } else {
        // An id that stands for another address must be removed first (RFC 8684 §3.4.1).
        ++world_.counters.announcementsIgnored;
        return;
    }
    evaluator_.evaluate(world_, *connection);
}

/// Takes note of an address that was not known. Whether it was worth it.
bool EventHandler::announced(Connection& connection, const event::Announced& event) {
    if (!hasRoom(world_, connection, event.remote)) {
        ++world_.counters.announcementsIgnored;
        return false;
    }
    connection.announced.push_back(
        {world_.remotes.acquire(event.remote), event.id, world_.now, world_.now});
    world_.outcome.memos.emplace_back(memo::Announced{event.token, event.id, event.remote});
    auto change = changeOf(Change::Kind::addressAnnounced, connection);
    change.tuple.remote = event.remote;
    change.remoteId = event.id;
    if (!connection.partial)
        if (const auto* refusal = guard::refusalOf(world_, connection, event.remote)) {
            ++world_.counters.announcementsRefused;
            change.reason = {refusal, 0, 0};
            change.by = world_.nameOf(Voice::guard);
        }
    world_.publish(change);
    return true;
}

void EventHandler::on(const event::Removed& event) {
    auto* connection = known(event.token);
    if (!connection || connection->partial)
        return;
    const auto announced = std::ranges::find(connection->announced, event.id, &Remote::id);
    if (announced != connection->announced.end()) {
        withdraw(world_, *connection, {announced->ref, event.id, world_.now});
        connection->announced.erase(announced);
    } else if (event.id == initialAddressId) {
        world_.remotes.retain(connection->remote);
        withdraw(world_, *connection, {connection->remote, event.id, world_.now});
    } else {
        // Not announced, so known from subflows that the peer opened, if at all.
        const auto seen = std::ranges::find(connection->subflows, event.id, &Subflow::remoteId);
        if (seen == connection->subflows.end())
            return;
        const auto remote = connection->paths[seen->path].remote;
        world_.remotes.retain(remote);
        withdraw(world_, *connection, {remote, event.id, world_.now});
    }
    world_.outcome.memos.emplace_back(memo::Withdrawn{event.token, event.id});
    const auto noted = std::ranges::find(connection->withdrawn, event.id, &Withdrawal::id);
    explainEndings(world_, *connection, noted->ref);
    auto change = changeOf(Change::Kind::addressWithdrawn, *connection);
    change.tuple.remote = world_.remotes[noted->ref].endpoint;
    change.remoteId = event.id;
    world_.publish(change);
    evaluator_.evaluate(world_, *connection);
}

} // namespace subflowd::core
