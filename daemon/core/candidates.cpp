// SPDX-License-Identifier: BSD-3-Clause
#include "core/candidates.hpp"

#include "core/guard.hpp"
#include "core/records.hpp"

#include <algorithm>

namespace subflowd::core {

namespace {

/// An IPv4 socket cannot have IPv6 subflows; an IPv6 socket that talks IPv4 can have both.
bool familyFits(const World& world, const Connection& connection, const IpAddress& remote) {
    const auto& initial = world.remotes[connection.remote].endpoint.address;
    return remote.family() == Family::ipv4 || initial.family() == Family::ipv6 ||
           connection.form == AddressForm::mapped;
}

/// Whether it is worth telling why an address carries nothing.
bool canEverCarry(const IpAddress& local) {
    return local.scope() != Scope::loopback && local.scope() != Scope::linkLocal;
}

/// Where the peer opened a subflow from is no address that anybody joins.
bool isAnnounced(const Connection& connection, const Path& path) {
    return path.origin == RemoteOrigin::announced || announcementOf(connection, path.remote);
}

} // namespace

void Candidates::list(const World& world, const Connection& connection, Listing listing) {
    candidates_.clear();
    views_.clear();
    subflows_.clear();
    remotes_.clear();
    announcements_.clear();
    measurements_.clear();
    addRecorded(world, connection);
    addPossible(world, connection, listing);
    addSubflows(world, connection);
    addRemotes(world, connection);
    addAnnouncements(world, connection);
}

void Candidates::addRecorded(const World& world, const Connection& connection) {
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        const auto& remote = world.remotes[path.remote].endpoint;
        add(world, connection,
            {path.local, path.remote, path.origin, path.remoteId,
             world.links.usability(path.local, remote.address), static_cast<std::uint16_t>(i),
             isAnnounced(connection, path) ? guard::refusalOf(world, connection, remote)
                                           : nullptr});
    }
}

void Candidates::addPossible(const World& world, const Connection& connection, Listing listing) {
    if (connection.side == Side::client)
        addTo(world, connection, {{}, connection.remote, RemoteOrigin::initial, initialAddressId},
              listing);
    for (const auto& remote : connection.announced) {
        const bool listed = connection.side == Side::client && remote.ref == connection.remote;
        if (!listed)
            addTo(world, connection, {{}, remote.ref, RemoteOrigin::announced, remote.id}, listing);
    }
}

/// Adds the paths from every local address to one remote.
void Candidates::addTo(const World& world, const Connection& connection, const Candidate& candidate,
                       Listing listing) {
    const auto& endpoint = world.remotes[candidate.remote].endpoint;
    const auto& remote = endpoint.address;
    if (!familyFits(world, connection, remote))
        return;
    const auto* refusal = candidate.origin == RemoteOrigin::initial
                              ? nullptr
                              : guard::refusalOf(world, connection, endpoint);
    if ((refusal || world.links.isOwn(remote)) && listing == Listing::possible)
        return;
    for (std::size_t i = 0; i < world.links.localCount(); ++i) {
        const auto ref = static_cast<LocalRef>(i);
        const auto& local = world.links.local(ref);
        if (!local.present || local.address.family() != remote.family())
            continue;
        const bool recorded = std::ranges::any_of(connection.paths, [&](const Path& path) {
            return path.local == ref && path.remote == candidate.remote;
        });
        if (recorded)
            continue;
        auto one = candidate;
        one.local = ref;
        one.usability = world.links.usability(ref, remote);
        one.refusal = refusal;
        const bool shown = listing == Listing::possible ? one.usability == Usability::usable
                                                        : canEverCarry(local.address);
        if (shown)
            add(world, connection, one);
    }
}

void Candidates::add(const World& world, const Connection& connection, Candidate candidate) {
    if (!candidate.refusal)
        candidate.refusal = guard::refusalOf(world, connection, candidate.local);
    if (candidate.refusal)
        candidate.usability = Usability::guarded;
    const auto& local = world.links.local(candidate.local);
    const auto& remote = world.remotes[candidate.remote].endpoint;
    PathView view;
    view.link = local.link;
    view.local = local.address;
    view.remote = remote;
    view.origin = candidate.origin;
    view.usability = candidate.usability;
    if (candidate.record != Candidate::noRecord) {
        const auto& path = connection.paths[candidate.record];
        view.state = path.state;
        view.attempts = path.attempts;
        view.failures = path.failures;
        view.lasted = path.lasted;
        view.carried = path.carried;
        view.lastFailure = path.failure;
        view.lastChange = path.lastChange;
        view.tried = path.tried;
        view.failed = path.failedAt;
    }
    view.answered = world.reachability.lastNews(local.link, remote.address);
    candidates_.push_back(candidate);
    views_.push_back(view);
}

void Candidates::addSubflows(const World& world, const Connection& connection) {
    for (const auto& subflow : connection.subflows) {
        auto& path = views_[subflow.path]; // recorded paths come first, in their order
        if (counts(subflow))
            ++path.subflows;
        if (path.state == PathState::up && records::isConfirmed(subflow, world.now))
            path.state = PathState::confirmed;
        subflows_.push_back({static_cast<PathId>(subflow.path),
                             world.localEndpoint(connection, subflow), path.remote, subflow.localId,
                             subflow.remoteId, shownState(subflow), subflow.priority,
                             subflow.peerPriority, subflow.initial, isSuccessor(subflow),
                             subflow.since, subflow.suspected});
    }
    if (world.measurements.has(connection.token))
        for (const auto& subflow : connection.subflows)
            measurements_.push_back(
                world.measurements.of(connection.token, world.tupleOf(connection, subflow)));
}

void Candidates::addRemotes(const World& world, const Connection& connection) {
    for (const auto& remote : connection.announced)
        remotes_.push_back(
            {world.remotes[remote.ref].endpoint, remote.id, remote.announced, remote.refreshed});
}

void Candidates::addAnnouncements(const World& world, const Connection& connection) {
    for (const auto& own : connection.announcements)
        announcements_.push_back({{world.links.local(own.local).address, own.port},
                                  own.id,
                                  own.since,
                                  own.times,
                                  own.acknowledged});
}

ConnectionView Candidates::view(const World& world, const Connection& connection) const {
    const auto initial = world.initialTuple(connection);
    ConnectionView view;
    view.token = connection.token;
    view.side = connection.side;
    view.state = connection.state;
    view.joinInitial = world.joinInitial(connection);
    view.local = initial.local;
    view.remote = initial.remote;
    view.since = connection.since;
    view.stranded = connection.stranded;
    view.facts = connection.facts;
    view.paths = views_;
    view.subflows = subflows_;
    view.announced = remotes_;
    view.announcements = announcements_;
    view.measurements = measurements_;
    return view;
}

} // namespace subflowd::core
