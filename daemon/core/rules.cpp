// SPDX-License-Identifier: BSD-3-Clause
#include "core/rules.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>

namespace subflowd::core {

namespace {

template <class List, class Predicate>
bool anyOrEmpty(const List& list, Predicate&& predicate) {
    return list.empty() || std::ranges::any_of(list, predicate);
}

bool matches(const World& world, const Connection& connection, const Match& match) {
    const auto initial = world.initialTuple(connection);
    const auto serverPort =
        connection.side == Side::client ? initial.remote.port : initial.local.port;
    const auto link = world.links.name(world.links.local(connection.local).link);
    return (!match.side || *match.side == connection.side) &&
           (!match.family || *match.family == initial.remote.address.family()) &&
           anyOrEmpty(match.remotes,
                      [&](const Prefix& p) { return p.contains(initial.remote.address); }) &&
           anyOrEmpty(
               match.ports,
               [&](const PortRange& r) { return r.first <= serverPort && serverPort <= r.last; }) &&
           anyOrEmpty(match.links, [&](const std::string& p) { return fitsLinkPattern(p, link); });
}

/// A bound socket may have no subflow on another link, and the event does not say that it is bound.
bool guardAsks(const World& world, const Connection& connection) {
    return connection.side == Side::client && !connection.deviceKnown &&
           world.configuration->mode == Mode::userspace &&
           world.configuration->guard.confinement == Protection::on && world.links.offersChoice();
}

} // namespace

std::span<const std::size_t> chainOf(const World& world, const Connection& connection) {
    if (const auto* orders = world.orders.of(connection.token); orders && orders->policies)
        return orders->policies->chain;
    if (connection.rule < 0)
        return {};
    return world.configuration->rules[static_cast<std::size_t>(connection.rule)].chain;
}

bool policyAsks(const World& world, const Connection& connection, Needs needed) {
    return std::ranges::any_of(chainOf(world, connection), [&](std::size_t policy) {
        return includes(world.policies.needs(policy), needed);
    });
}

void chooseRule(World& world, Connection& connection) {
    const auto& rules = world.configuration->rules;
    const auto rule = std::ranges::find_if(
        rules, [&](const Rule& r) { return matches(world, connection, r.match); });
    connection.rule =
        rule == rules.end() ? std::int16_t{-1} : static_cast<std::int16_t>(rule - rules.begin());
    askFacts(world, connection);
}

void askFacts(World& world, Connection& connection) {
    if (connection.factsState != FactsState::notNeeded ||
        connection.managedBy == ManagedBy::kernel ||
        !(guardAsks(world, connection) || policyAsks(world, connection, Needs::facts)))
        return;
    connection.factsState = FactsState::asked;
    world.issue(command::AskFacts{connection.token},
                {{}, InFlight::Kind::askFacts, connection.token, {}, {}, {}, {}});
}

} // namespace subflowd::core
