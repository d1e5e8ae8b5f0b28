// SPDX-License-Identifier: BSD-3-Clause
#include "core/rules.hpp"

#include "core/control_group.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>

namespace subflowd::core {

namespace {

template <class List, class Predicate>
bool anyOrEmpty(const List& list, Predicate&& predicate) {
    return list.empty() || std::ranges::any_of(list, predicate);
}

/// What the events tell.
bool fitsEvents(const World& world, const Connection& connection, const Match& match) {
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

/// What inet_diag tells.
bool fitsFacts(const ConnectionFacts& facts, std::string_view controlGroup, const Match& match) {
    return anyOrEmpty(match.users, [&](std::uint32_t user) { return user == facts.owner; }) &&
           anyOrEmpty(match.marks, [&](const MarkMatch& mark) { return mark.fits(facts.mark); }) &&
           anyOrEmpty(match.controlGroups, [&](const std::string& name) {
               return isInControlGroup(controlGroup, name);
           });
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

bool rulesAsk(const Configuration& configuration) {
    return std::ranges::any_of(configuration.rules,
                               [](const Rule& rule) { return rule.match.needsFacts(); });
}

void chooseRule(const World& world, Connection& connection, std::string_view controlGroup) {
    connection.rule = -1;
    connection.undecided = false;
    const bool asked = connection.factsState == FactsState::known;
    const auto& rules = world.configuration->rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const auto& match = rules[i].match;
        if (!fitsEvents(world, connection, match))
            continue;
        if (match.needsFacts() && !asked) {
            connection.undecided = true;
            return;
        }
        // A socket that is gone has no owner: no such rule is for it.
        if (match.needsFacts() &&
            !(connection.facts && fitsFacts(*connection.facts, controlGroup, match)))
            continue;
        connection.rule = static_cast<std::int16_t>(i);
        return;
    }
}

void askFacts(World& world, Connection& connection) {
    if (connection.factsState != FactsState::notNeeded ||
        connection.managedBy == ManagedBy::kernel ||
        !(connection.undecided || guardAsks(world, connection) ||
          policyAsks(world, connection, Needs::facts)))
        return;
    connection.factsState = FactsState::asked;
    world.issue(command::AskFacts{connection.token},
                {{}, InFlight::Kind::askFacts, connection.token, {}, {}, {}, {}});
}

} // namespace subflowd::core
