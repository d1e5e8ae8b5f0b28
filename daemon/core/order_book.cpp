// SPDX-License-Identifier: BSD-3-Clause
#include "core/order_book.hpp"

#include <algorithm>
#include <utility>

namespace subflowd::core {

namespace {

auto locate(auto& paths, LocalRef local, RemoteRef remote) {
    return std::ranges::find_if(paths, [&](const PathOrder& order) {
        return order.local == local && order.remote == remote;
    });
}

auto locateAnnouncement(auto& announcements, LocalRef local, std::uint16_t port) {
    return std::ranges::find_if(announcements, [&](const AnnouncementOrder& order) {
        return order.local == local && order.port == port;
    });
}

} // namespace

std::optional<std::size_t> findPolicy(const Configuration& configuration, std::int16_t rule,
                                      const std::string& name) {
    const auto& all = configuration.policies;
    if (rule >= 0)
        for (const auto policy : configuration.rules[static_cast<std::size_t>(rule)].chain)
            if (all[policy].name == name)
                return policy;
    const auto at = std::ranges::find(all, name, &ConfiguredPolicy::name);
    return at == all.end() ? std::nullopt
                           : std::optional{static_cast<std::size_t>(at - all.begin())};
}

const PathOrder* Orders::find(LocalRef local, RemoteRef remote) const {
    const auto at = locate(paths, local, remote);
    return at == paths.end() ? nullptr : &*at;
}

const AnnouncementOrder* Orders::findAnnouncement(LocalRef local, std::uint16_t port) const {
    const auto at = locateAnnouncement(announcements, local, port);
    return at == announcements.end() ? nullptr : &*at;
}

const Orders* OrderBook::of(Token token) const {
    const auto at = orders_.find(token);
    return at == orders_.end() ? nullptr : &at->second;
}

bool OrderBook::hasRoom(Token token) const {
    const auto* orders = of(token);
    return !orders || (orders->paths.size() < most && orders->announcements.size() < most);
}

void OrderBook::set(LinkTable& links, RemoteTable& remotes, Token token, const PathOrder& order) {
    auto& paths = orders_[token].paths;
    const auto at = locate(paths, order.local, order.remote);
    const bool known = at != paths.end();
    if (known && order.stands()) {
        *at = order;
    } else if (known) {
        paths.erase(at);
        links.release(order.local);
        remotes.release(order.remote);
    } else if (order.stands()) {
        paths.push_back(order);
        links.retain(order.local);
        remotes.retain(order.remote);
    }
    dropIfEmpty(token);
}

void OrderBook::set(LinkTable& links, Token token, LocalRef local, std::uint16_t port,
                    std::optional<AnnouncementOrder::Wish> wish) {
    auto& announcements = orders_[token].announcements;
    const auto at = locateAnnouncement(announcements, local, port);
    const bool known = at != announcements.end();
    if (known && wish) {
        at->wish = *wish;
    } else if (known) {
        announcements.erase(at);
        links.release(local);
    } else if (wish) {
        announcements.push_back({local, port, *wish});
        links.retain(local);
    }
    dropIfEmpty(token);
}

void OrderBook::set(Token token, std::optional<PolicyOrder> policies) {
    orders_[token].policies = std::move(policies);
    dropIfEmpty(token);
}

void OrderBook::forget(LinkTable& links, RemoteTable& remotes, Token token) {
    const auto at = orders_.find(token);
    if (at == orders_.end())
        return;
    for (const auto& order : at->second.paths) {
        links.release(order.local);
        remotes.release(order.remote);
    }
    for (const auto& order : at->second.announcements)
        links.release(order.local);
    orders_.erase(at);
}

void OrderBook::resolve(const Configuration& configuration, Token token, std::int16_t rule) {
    const auto at = orders_.find(token);
    if (at == orders_.end() || !at->second.policies)
        return;
    auto& [names, chain] = *at->second.policies;
    chain.clear();
    for (const auto& name : names)
        if (const auto policy = findPolicy(configuration, rule, name))
            chain.push_back(*policy);
}

void OrderBook::dropIfEmpty(Token token) {
    const auto at = orders_.find(token);
    if (at != orders_.end() && at->second.empty())
        orders_.erase(at);
}

} // namespace subflowd::core
