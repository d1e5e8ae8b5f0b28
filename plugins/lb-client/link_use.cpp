// SPDX-License-Identifier: BSD-3-Clause
#include "link_use.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace subflowd::lb_client {

namespace {

LinkUse& useOf(std::vector<LinkUse>& uses, LinkIndex link) {
    const auto known = std::ranges::find(uses, link, &LinkUse::link);
    if (known != uses.end())
        return *known;
    uses.emplace_back().link = link;
    return uses.back();
}

Role roleOf(const HostView& host, LinkIndex link) {
    const auto known = std::ranges::find(host.links, link, &LinkView::index);
    return known == host.links.end() ? Role::primary : known->role;
}

/// Whether subflows on a path serve their link. Those whose local address is gone or leads nowhere
/// do not, nor those to an address that the peer withdrew: others have to be there before they end.
bool serves(const ConnectionView& connection, const PathView& path) {
    const bool withdrawn = path.origin == RemoteOrigin::announced &&
                           path.remote != connection.remote &&
                           !announcementOf(connection, path.remote);
    const bool stranded = path.usability == Usability::gone ||
                          path.usability == Usability::linkDown ||
                          path.usability == Usability::noRoute;
    return !withdrawn && !stranded;
}

bool isOlder(const SubflowView& subflow, const SubflowView* other) {
    return !other || subflow.since < other->since;
}

/// The first subflow of the connection stays, otherwise the one that was up first.
bool carriesRather(const SubflowView& subflow, const SubflowView* other) {
    if (!other || subflow.initial != other->initial)
        return !other || subflow.initial;
    return isOlder(subflow, other);
}

void note(const SubflowView& subflow, LinkUse& use) {
    switch (subflow.state) {
    case SubflowState::up:
        if (carriesRather(subflow, use.carrier))
            use.carrier = &subflow;
        break;
    case SubflowState::pending:
        if (isOlder(subflow, use.attempt))
            use.attempt = &subflow;
        break;
    case SubflowState::suspect:
        if (isOlder(subflow, use.suspect))
            use.suspect = &subflow;
        break;
    case SubflowState::draining:
        break;
    }
}

void noteRival(const SubflowView& subflow, LinkUse& use) {
    const bool other = subflow.state == SubflowState::pending && use.attempt &&
                       subflow.remote.address.family() != use.attempt->remote.address.family();
    if (other && isOlder(subflow, use.rival))
        use.rival = &subflow;
}

} // namespace

bool LinkUse::uses(const Endpoint& remote) const {
    const auto goesThere = [&remote](const auto* one) { return one && one->remote == remote; };
    return goesThere(carrier) || goesThere(attempt) || goesThere(rival) || goesThere(suspect) ||
           goesThere(chosen);
}

const RemoteView* announcementOf(const ConnectionView& connection, const Endpoint& remote) {
    const auto known = std::ranges::find(connection.announced, remote, &RemoteView::endpoint);
    return known == connection.announced.end() ? nullptr : &*known;
}

void takeStock(const ConnectionView& connection, const HostView& host, std::vector<LinkUse>& uses) {
    const auto pathOf = [&connection](const SubflowView& subflow) -> const PathView& {
        return connection.paths[static_cast<std::size_t>(subflow.path)];
    };
    uses.clear();
    for (const auto& path : connection.paths) {
        auto& use = useOf(uses, path.link);
        if (path.state == PathState::failed && path.origin == RemoteOrigin::announced &&
            announcementOf(connection, path.remote))
            use.announcedFailed = true;
    }
    for (const auto& subflow : connection.subflows)
        if (serves(connection, pathOf(subflow)))
            note(subflow, useOf(uses, pathOf(subflow).link));
    for (const auto& subflow : connection.subflows)
        if (serves(connection, pathOf(subflow)))
            noteRival(subflow, useOf(uses, pathOf(subflow).link));
    for (auto& use : uses)
        use.role = roleOf(host, use.link);
    std::ranges::sort(uses, {}, [](const LinkUse& use) { return std::pair{use.role, use.link}; });
}

} // namespace subflowd::lb_client
