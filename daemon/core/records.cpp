// SPDX-License-Identifier: BSD-3-Clause
#include "core/records.hpp"

#include "core/failure.hpp"

#include <algorithm>
#include <bitset>
#include <limits>
#include <utility>

namespace subflowd::core::records {

namespace {

/// A connection remembers this many paths before it forgets those that lead nowhere.
constexpr std::size_t manyPaths = 64;

/// Ends whose events are awaited; on a half-closed connection they never come.
constexpr std::size_t mostEndings = 16;

/// The kernel tells of an end with the command or a moment after it. What did not come by then was
/// lost, and would be taken for the end of a later subflow.
constexpr Duration longestWait = std::chrono::seconds(5);

/// Whether nothing speaks against the path: it never failed, the daemon itself ended it, now or
/// by what it had sent before, or nobody saw why it ended.
bool deservesAnotherTry(Cause cause) {
    return cause == Cause::none || cause == Cause::expected || cause == Cause::staleRemoval ||
           cause == Cause::lost;
}

/// A subflow that lived for so long was a success: its end begins a new row of failures.
constexpr auto stableTime = std::chrono::seconds(30);

std::uint16_t lengthened(std::uint16_t row) {
    return row == std::numeric_limits<std::uint16_t>::max() ? row
                                                            : static_cast<std::uint16_t>(row + 1);
}

void noteUnreached(World& world, const Path& path, Cause cause) {
    if (blamesNetwork(cause))
        world.reachability.failed(world.links.local(path.local).link,
                                  world.remotes[path.remote].endpoint.address, world.now);
}

void discount(World& world, const Connection& connection, const Subflow& subflow) {
    if (subflow.counted)
        world.inbound.remove(world.remotes[connection.paths[subflow.path].remote].endpoint.address);
}

/// The ids that connections' own entries and announcements have.
std::bitset<256> takenIds(const Connection& connection) {
    std::bitset<256> taken;
    taken.set(0);
    for (const auto& entry : connection.ids)
        taken.set(static_cast<std::size_t>(entry.id));
    for (const auto& own : connection.announcements)
        if (own.port != 0)
            taken.set(static_cast<std::size_t>(own.id));
    return taken;
}

AddressId lastFree(const std::bitset<256>& taken) {
    std::size_t id = 254;
    while (id > 1 && taken.test(id))
        --id;
    return static_cast<AddressId>(id);
}

/// A path after its subflow or an attempt ended; what the daemon asked for leaves it idle.
void fail(World& world, Path& path, const Failure& failure) {
    path.failure = failure;
    path.serial = world.links.local(path.local).serial;
    if (deservesAnotherTry(failure.cause)) {
        path.failedAt = never;
        return;
    }
    path.failedAt = world.now;
    path.failures = path.lasted >= stableTime ? 1 : lengthened(path.failures);
}

void addInitialSubflow(World& world, Connection& connection, const event::Connection& facts) {
    const auto path =
        ensurePath(world, connection, connection.local, connection.remote, RemoteOrigin::initial);
    auto& subflow = addSubflow(connection, path);
    subflow.localPort = facts.initial.local.port;
    subflow.initial = true;
    subflow.form = facts.initial.form;
    subflow.opener = facts.side == Side::client ? Opener::application : Opener::peer;
    subflow.seen = world.snapshot;
    setState(world, connection, subflow, SubflowState::up);
    connection.paths[path].by = facts.side == Side::client ? Voice::core : Voice::peer;
}

} // namespace

Connection& addConnection(World& world, const event::Connection& facts) {
    auto& connection = addPartial(world, facts.token);
    complete(world, connection, facts);
    return connection;
}

Connection& addPartial(World& world, Token token) {
    auto& connection = world.connections.add(token);
    connection.partial = true;
    connection.since = world.now;
    connection.seen = world.snapshot;
    ++world.counters.connectionsSeen;
    return connection;
}

void complete(World& world, Connection& connection, const event::Connection& facts) {
    identify(world, connection, facts);
    addInitialSubflow(world, connection, facts);
}

void identify(World& world, Connection& connection, const event::Connection& facts) {
    connection.partial = false;
    connection.side = facts.side;
    connection.joinInitial = facts.joinInitial;
    connection.form = facts.initial.form;
    connection.localPort = facts.initial.local.port;
    connection.local = world.links.acquire(facts.initial.local.address, noLink);
    connection.remote = world.remotes.acquire(facts.initial.remote);
    connection.confinement = world.links.confinement(world.links.local(connection.local).link);
    if (facts.side == Side::server)
        return;
    auto& verdict = world.remotes[connection.remote].verdict;
    if (facts.joinInitial != JoinInitial::unknown)
        verdict = facts.joinInitial;
    else if (verdict == JoinInitial::unknown &&
             world.deniedServers.contains(facts.initial.remote, world.now))
        verdict = JoinInitial::denied;
}

void remember(World& world, const Connection& connection) {
    const auto token = connection.token;
    // What others showed of the server, too: they may be gone when it is recalled.
    world.outcome.memos.emplace_back(memo::Connection{
        token, world.initialTuple(connection), connection.side, world.joinInitial(connection)});
    for (const auto& remote : connection.announced)
        world.outcome.memos.emplace_back(
            memo::Announced{token, remote.id, world.remotes[remote.ref].endpoint});
}

void removeConnection(World& world, Connection& connection) {
    watch(world, connection, Watch::no);
    world.measurements.forget(connection.token);
    for (const auto& subflow : connection.subflows)
        discount(world, connection, subflow);
    for (const auto& path : connection.paths) {
        world.links.release(path.local);
        world.remotes.release(path.remote);
    }
    for (const auto& remote : connection.announced)
        world.remotes.release(remote.ref);
    for (const auto& withdrawal : connection.withdrawn)
        world.remotes.release(withdrawal.ref);
    for (const auto& own : connection.announcements)
        releaseAnnouncement(world, own);
    for (const auto& entry : connection.ids)
        world.links.release(entry.local);
    if (!connection.partial) {
        world.links.release(connection.local);
        world.remotes.release(connection.remote);
    }
    world.orders.forget(world.links, world.remotes, connection.token);
    world.connections.erase(connection);
}

/// The most telling subflow counts.
void derivePathState(World& world, Connection& connection, std::uint16_t index) {
    auto& path = connection.paths[index];
    auto derived = path.failedAt != never ? PathState::failed : PathState::idle;
    const auto better = [](PathState a, PathState b) {
        const auto weight = [](PathState state) {
            switch (state) {
            case PathState::idle:
            case PathState::failed:
                return 0;
            case PathState::draining:
                return 1;
            case PathState::pending:
                return 2;
            case PathState::suspect: // a successor that is pending changes nothing yet
                return 3;
            case PathState::up:
            case PathState::confirmed:
                return 4;
            }
            return 0;
        };
        return weight(a) > weight(b);
    };
    for (const auto& subflow : connection.subflows) {
        if (subflow.path != index)
            continue;
        auto state = PathState::up;
        if (subflow.closing || subflow.state == SubflowState::draining)
            state = PathState::draining;
        else if (subflow.state == SubflowState::pending)
            state = PathState::pending;
        else if (isSuspect(subflow))
            state = PathState::suspect;
        if (better(state, derived))
            derived = state;
    }
    if (derived == path.state)
        return;
    path.state = derived;
    path.lastChange = world.now;
    path.serial = world.links.local(path.local).serial;
}

Path* findPath(Connection& connection, LocalRef local, RemoteRef remote) {
    const auto at = std::ranges::find_if(connection.paths, [&](const Path& path) {
        return path.local == local && path.remote == remote;
    });
    return at == connection.paths.end() ? nullptr : &*at;
}

std::uint16_t ensurePath(World& world, Connection& connection, LocalRef local, RemoteRef remote,
                         RemoteOrigin origin) {
    if (const auto* known = findPath(connection, local, remote))
        return static_cast<std::uint16_t>(known - connection.paths.data());
    world.links.retain(local);
    world.remotes.retain(remote);
    Path path;
    path.local = local;
    path.remote = remote;
    path.origin = origin;
    connection.paths.push_back(path);
    return static_cast<std::uint16_t>(connection.paths.size() - 1);
}

Subflow* findSubflow(World& world, Connection& connection, const FourTuple& tuple) {
    Subflow* pending = nullptr;
    for (auto& subflow : connection.subflows) {
        const auto& path = connection.paths[subflow.path];
        if (world.links.local(path.local).address != tuple.local.address)
            continue;
        const auto& remote = world.remotes[path.remote].endpoint;
        const bool anyRemotePort = tuple.remote.port == 0 && remote.address == tuple.remote.address;
        if (remote != tuple.remote && !anyRemotePort)
            continue;
        if (subflow.localPort == tuple.local.port)
            return &subflow;
        if (subflow.localPort == 0)
            pending = &subflow;
    }
    return pending;
}

Subflow& addSubflow(Connection& connection, std::uint16_t path) {
    auto& subflow = connection.subflows.push_back({});
    subflow.path = path;
    subflow.state = SubflowState::pending;
    return subflow;
}

void removeSubflow(World& world, Connection& connection, Subflow& subflow) {
    const auto path = subflow.path;
    suspect(world, connection, subflow, never);
    discount(world, connection, subflow);
    if (isConfirmed(subflow, world.now))
        connection.paths[path].carried = true;
    connection.paths[path].lasted =
        subflow.state == SubflowState::pending ? Duration{} : world.now - subflow.since;
    connection.subflows.erase(connection.subflows.begin() +
                              (&subflow - connection.subflows.data()));
    derivePathState(world, connection, path);
}

void setState(World& world, Connection& connection, Subflow& subflow, SubflowState state) {
    auto& path = connection.paths[subflow.path];
    // What began before the failure proves nothing: a peer at its limit accepts, then closes (K8).
    if (state == SubflowState::up && subflow.state != state && subflow.since >= path.failedAt)
        path.failedAt = never;
    subflow.state = state;
    subflow.since = world.now;
    derivePathState(world, connection, subflow.path);
}

void watch(World& world, Connection& connection, Watch watch) {
    if (connection.watched == (watch == Watch::yes))
        return;
    connection.watched = watch == Watch::yes;
    if (connection.watched) {
        ++world.watched;
        return;
    }
    --world.watched;
    for (auto& subflow : connection.subflows)
        suspect(world, connection, subflow, never);
}

void suspect(World& world, Connection& connection, Subflow& subflow, Instant since) {
    if (subflow.suspected == since)
        return;
    if (subflow.suspected == never)
        ++world.suspects;
    else if (since == never)
        --world.suspects;
    subflow.suspected = since;
    auto& path = connection.paths[subflow.path];
    if (since != never)
        noteUnreached(world, path, Cause::timedOut);
    else if (path.failedAt == never)
        path.failure = {}; // of probes
    derivePathState(world, connection, subflow.path);
}

bool isConfirmed(const Subflow& subflow, Instant now) {
    return subflow.initial || (subflow.state != SubflowState::pending &&
                               now - subflow.since >= confirmationTime(subflow.roundTrip));
}

void countInbound(World& world, const Connection& connection, Subflow& subflow) {
    subflow.counted = true;
    world.inbound.add(world.remotes[connection.paths[subflow.path].remote].endpoint.address);
}

void confineToDevice(Connection& connection, LinkIndex device) {
    connection.deviceKnown = true;
    if (device != noLink)
        connection.confinement = device;
}

void conclude(World& world, Connection& connection, Subflow& subflow, const Failure& failure) {
    const auto index = subflow.path;
    const bool successor = isSuccessor(subflow);
    auto& path = connection.paths[index];
    removeSubflow(world, connection, subflow);
    noteUnreached(world, path, failure.cause);
    if (!successor)
        fail(world, path, failure);
    derivePathState(world, connection, index);
    if (successor && path.state == PathState::suspect)
        path.failure = failure; // of interest as long as there is a reason to probe
}

void expectEnding(Connection& connection, const FourTuple& tuple, Instant now) {
    if (connection.endings.size() == mostEndings)
        connection.endings.erase(connection.endings.begin());
    connection.endings.push_back({tuple, now});
}

bool takeEnding(Connection& connection, const FourTuple& tuple, Instant now) {
    erase_if(connection.endings,
             [now](const AwaitedEnd& end) { return now - end.since >= longestWait; });
    // The local port of a join that was cancelled may not be known, and an event may lack the
    // remote one (K24).
    const auto from = [&](std::uint16_t localPort) {
        return std::ranges::find_if(connection.endings, [&](const AwaitedEnd& awaited) {
            const auto& remote = awaited.tuple.remote;
            return awaited.tuple.local == Endpoint{tuple.local.address, localPort} &&
                   remote.address == tuple.remote.address &&
                   (tuple.remote.port == 0 || remote.port == tuple.remote.port);
        });
    };
    auto at = from(tuple.local.port);
    if (at == connection.endings.end())
        at = from(0);
    if (at == connection.endings.end())
        return false;
    connection.endings.erase(at);
    return true;
}

void removePath(World& world, Connection& connection, std::size_t index) {
    world.links.release(connection.paths[index].local);
    world.remotes.release(connection.paths[index].remote);
    const auto last = connection.paths.size() - 1;
    connection.paths[index] = connection.paths[last];
    connection.paths.pop_back();
    for (auto& subflow : connection.subflows)
        if (subflow.path == last)
            subflow.path = static_cast<std::uint16_t>(index);
}

void forgive(World& world, Connection& connection, Path& path) {
    path.released = world.now;
    path.failedAt = never;
    path.failure = {};
    path.failures = path.attempts = 0;
    derivePathState(world, connection, static_cast<std::uint16_t>(&path - connection.paths.data()));
}

void forgetStalePaths(World& world, Connection& connection) {
    if (connection.paths.size() < manyPaths)
        return;
    const auto* orders = world.orders.of(connection.token);
    const auto isStale = [&](std::size_t index) {
        const auto remote = connection.paths[index].remote;
        if (orders && orders->find(connection.paths[index].local, remote))
            return false;
        const bool used = std::ranges::any_of(
            connection.subflows, [index](const Subflow& s) { return s.path == index; });
        return !used && remote != connection.remote && !announcementOf(connection, remote);
    };
    for (std::size_t i = connection.paths.size(); i-- > 0;)
        if (isStale(i))
            removePath(world, connection, i);
}

bool isInitialAddress(const World& world, const Connection& connection, LocalRef local) {
    return world.links.local(local).address == world.links.local(connection.local).address;
}

AddressId idOf(const World& world, const Connection& connection, LocalRef ref) {
    if (isInitialAddress(world, connection, ref))
        return initialAddressId;
    const auto& local = world.links.local(ref);
    for (const auto& entry : connection.ids)
        if (world.links.local(entry.local).address == local.address)
            return entry.id;
    const auto taken = takenIds(connection);
    if (local.hostId != AddressId{} && !taken.test(static_cast<std::size_t>(local.hostId)))
        return local.hostId;
    return lastFree(taken);
}

AddressId announcementId(const World& world, const Connection& connection, LocalRef local,
                         std::uint16_t port) {
    return port == 0 ? idOf(world, connection, local) : lastFree(takenIds(connection));
}

AddressId otherId(const World& world, const Connection& connection, LocalRef local,
                  std::bitset<256> taken) {
    taken |= takenIds(connection);
    taken.set(static_cast<std::size_t>(idOf(world, connection, local)));
    return lastFree(taken);
}

std::uint16_t saidPort(const Connection& connection, std::uint16_t port) {
    return port == connection.localPort ? std::uint16_t{0} : port;
}

void releaseAnnouncement(World& world, const OwnAnnouncement& own) {
    if (own.port != 0)
        world.listeners.leave({world.links.local(own.local).address, own.port}, world.now);
    world.links.release(own.local);
}

void adoptId(World& world, Connection& connection, LocalRef local, AddressId id) {
    const bool ofPort = std::ranges::any_of(connection.announcements, [id](const auto& own) {
        return own.id == id && own.port != 0; // the peer joined there
    });
    if (ofPort || isInitialAddress(world, connection, local))
        return;
    const auto& address = world.links.local(local).address;
    const auto entry = std::ranges::find_if(connection.ids, [&](const LocalIdEntry& e) {
        return world.links.local(e.local).address == address;
    });
    if (entry != connection.ids.end()) {
        entry->id = id;
        return;
    }
    if (world.links.local(local).hostId == id)
        return;
    world.links.retain(local);
    connection.ids.push_back({local, id});
}

} // namespace subflowd::core::records
