// SPDX-License-Identifier: BSD-3-Clause
#include "policies/situation.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace subflowd::test {

namespace {

PathState stateOf(SubflowState state) {
    switch (state) {
    case SubflowState::pending:
        return PathState::pending;
    case SubflowState::up:
        return PathState::up;
    case SubflowState::suspect:
        return PathState::suspect;
    case SubflowState::draining:
        break;
    }
    return PathState::draining;
}

PathView pathBetween(const IpAddress& local, const Endpoint& remote, RemoteOrigin origin) {
    PathView path;
    path.local = local;
    path.remote = remote;
    path.origin = origin;
    return path;
}

} // namespace

Situation::Situation(std::string_view local, std::string_view remote, Side side) {
    connection.side = side;
    connection.state = ConnectionState::established;
    connection.joinInitial = JoinInitial::allowed;
    connection.since = now - std::chrono::seconds(6);
    connection.local = parseEndpoint(local).value();
    connection.remote = parseEndpoint(remote).value();
    paths_.push_back(
        pathBetween(connection.local.address, connection.remote, RemoteOrigin::initial));
    subflow(local.substr(0, local.rfind(':')), remote, SubflowState::up, std::chrono::seconds(60))
        .initial = true;
}

LinkView& Situation::link(std::uint32_t index, std::string_view name) {
    links.push_back({LinkIndex{index}, name, LinkKind::ethernet, Role::primary, true});
    return links.back();
}

AddressView& Situation::address(std::uint32_t link, std::string_view address) {
    addresses.push_back({parseAddress(address).value(), LinkIndex{link}, Usability::usable, false});
    listPaths();
    return addresses.back();
}

void Situation::announced(std::string_view remote, Duration ago) {
    const auto id = static_cast<AddressId>(remotes_.size() + 1);
    remotes_.push_back({parseEndpoint(remote).value(), id, now - ago, now - ago});
    listPaths();
}

void Situation::withdrawn(std::string_view remote) {
    EXPECT_EQ(std::erase_if(remotes_,
                            [&](const RemoteView& known) {
                                return known.endpoint == parseEndpoint(remote).value();
                            }),
              1U);
}

/// Adds what is not there yet.
void Situation::listPaths() {
    const auto add = [this](const Endpoint& remote, RemoteOrigin origin) {
        for (const auto& address : addresses) {
            const bool known = std::ranges::any_of(paths_, [&](const PathView& path) {
                return path.local == address.address && path.remote == remote;
            });
            if (!known && address.address.family() == remote.address.family())
                paths_.push_back(pathBetween(address.address, remote, origin));
        }
    };
    if (connection.side == Side::client)
        add(connection.remote, RemoteOrigin::initial);
    for (const auto& remote : remotes_)
        add(remote.endpoint, RemoteOrigin::announced);
    for (auto& path : paths_)
        path.link = linkOf(path.local);
}

LinkIndex Situation::linkOf(const IpAddress& address) const {
    const auto known = std::ranges::find(addresses, address, &AddressView::address);
    return known == addresses.end() ? noLink : known->link;
}

PathId Situation::idOf(std::string_view local, std::string_view remote) {
    const auto address =
        parseAddress(local.starts_with('[') ? local.substr(1, local.size() - 2) : local).value();
    const auto endpoint = parseEndpoint(remote).value();
    const auto known = std::ranges::find_if(paths_, [&](const PathView& path) {
        return path.local == address && path.remote == endpoint;
    });
    if (known != paths_.end())
        return static_cast<PathId>(known - paths_.begin());
    paths_.push_back(pathBetween(address, endpoint, RemoteOrigin::observed));
    return static_cast<PathId>(paths_.size() - 1);
}

PathView& Situation::path(std::string_view local, std::string_view remote) {
    return paths_[static_cast<std::size_t>(idOf(local, remote))];
}

SubflowView& Situation::subflow(std::string_view local, std::string_view remote, SubflowState state,
                                Duration ago) {
    auto& on = path(local, remote);
    on.state = stateOf(state);
    on.subflows = state == SubflowState::draining ? 0 : 1;
    on.lastChange = now - ago;
    SubflowView view;
    view.path = idOf(local, remote);
    view.local = {on.local, static_cast<std::uint16_t>(40000 + subflows_.size())};
    view.remote = on.remote;
    view.state = state;
    view.since = now - ago;
    subflows_.push_back(view);
    return subflows_.back();
}

SubflowView& Situation::sibling(std::string_view local, std::string_view remote, SubflowState state,
                                Duration ago) {
    const auto before = path(local, remote);
    auto& made = subflow(local, remote, state, ago);
    auto& on = path(local, remote);
    on.subflows = static_cast<std::uint8_t>(on.subflows + before.subflows);
    on.state = before.state;
    on.lastChange = before.lastChange;
    return made;
}

void Situation::failed(std::string_view local, std::string_view remote, Duration ago) {
    ended(local, remote);
    path(local, remote).state = PathState::failed;
    path(local, remote).lastChange = now - ago;
}

void Situation::ended(std::string_view local, std::string_view remote) {
    const auto id = idOf(local, remote);
    std::erase_if(subflows_, [id](const SubflowView& one) { return one.path == id; });
    path(local, remote).subflows = 0;
    path(local, remote).state = PathState::idle;
    path(local, remote).lastChange = now;
}

Measurement& Situation::measured(std::uint16_t port) {
    measurements_.resize(subflows_.size());
    const auto at = std::ranges::find_if(
        subflows_, [port](const SubflowView& one) { return one.local.port == port; });
    auto& measurement = measurements_.at(static_cast<std::size_t>(at - subflows_.begin()));
    measurement.when = now;
    return measurement;
}

void Situation::show(const std::function<void(const ConnectionView&, const HostView&)>& to) const {
    auto shown = connection;
    shown.paths = paths_;
    shown.subflows = subflows_;
    shown.announced = remotes_;
    shown.announcements = ownAnnouncements;
    shown.measurements = measurements_;
    to(shown, {now, links, addresses, memory, signalEndpoints, closeTimeout});
}

Plan Situation::ask(Policy& policy) const {
    Plan plan;
    Plan again;
    show([&](const ConnectionView& shown, const HostView& host) {
        policy.plan(shown, host, plan);
        policy.plan(shown, host, again);
    });
    EXPECT_EQ(plan, again) << "a plan is a function of its arguments";
    return plan;
}

std::vector<std::string> Situation::wants(Policy& policy) const {
    std::vector<std::string> lines;
    const auto plan = ask(policy);
    for (const auto& wanted : plan.wants()) {
        const auto& path = paths_[static_cast<std::size_t>(wanted.path)];
        lines.push_back(toString(path.local) + " -> " + toString(path.remote) + ' ' +
                        std::string{codeOf(wanted.reason)});
    }
    return lines;
}

std::vector<std::string> Situation::announcements(Policy& policy) const {
    std::vector<std::string> lines;
    const auto plan = ask(policy);
    for (const auto& said : plan.announcements()) {
        const auto& address = addresses[static_cast<std::size_t>(said.local)].address;
        lines.push_back(
            (said.port == 0 ? toString(address) : toString(Endpoint{address, said.port})) + ' ' +
            std::string{codeOf(said.reason)} + (said.delivery == Delivery::again ? " again" : ""));
    }
    return lines;
}

Settings settings(std::initializer_list<std::pair<std::string, std::string>> given) {
    Settings made;
    for (const auto& [key, value] : given)
        made.set(key, value);
    return made;
}

} // namespace subflowd::test
