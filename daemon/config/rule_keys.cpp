// SPDX-License-Identifier: BSD-3-Clause
#include "config/keys.hpp"
#include "config/lists.hpp"
#include "config/match_lists.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>
#include <array>

namespace subflowd::config {

namespace {

constexpr std::array<Named<Side>, 2> sides{{{"client", Side::client}, {"server", Side::server}}};

constexpr std::array<Named<Family>, 2> families{{{"ipv4", Family::ipv4}, {"ipv6", Family::ipv6}}};

Problem readLinks(std::string_view value, Rule& rule) {
    for (const auto word : words(value)) {
        if (!isLinkPattern(word))
            return quoted(word) + " cannot be the name of a link or a pattern of names";
        rule.match.links.emplace_back(word);
    }
    return std::nullopt;
}

Problem readSide(std::string_view value, Rule& rule) {
    rule.match.side = valueOf(sides, value);
    return rule.match.side ? std::nullopt : Problem{"wants client or server"};
}

Problem readFamily(std::string_view value, Rule& rule) {
    rule.match.family = valueOf(families, value);
    return rule.match.family ? std::nullopt : Problem{"wants ipv4 or ipv6"};
}

Problem readPolicies(std::string_view value, Rule& rule) {
    std::vector<std::string> policies;
    for (const auto word : words(value)) {
        if (!isName(word))
            return quoted(word) + " cannot be the name of a policy";
        if (std::ranges::find(policies, word) != policies.end())
            return "names " + quoted(word) + " twice";
        policies.emplace_back(word);
    }
    rule.policies = std::move(policies);
    return std::nullopt;
}

constexpr std::array<Key<Rule>, 9> keysOfRules{{
    {"MatchRemote", Shape::list,
     [](std::string_view value, Rule& rule) { return readPrefixes(value, rule.match.remotes); },
     [](const Rule& rule) { return writePrefixes(rule.match.remotes); }},
    {"MatchPort", Shape::list,
     [](std::string_view value, Rule& rule) { return readPorts(value, rule.match.ports); },
     [](const Rule& rule) { return writePorts(rule.match.ports); }},
    {"MatchSide", Shape::single, readSide,
     [](const Rule& rule) {
         return rule.match.side ? std::string{wordOf(sides, *rule.match.side)} : std::string{};
     }},
    {"MatchLink", Shape::list, readLinks,
     [](const Rule& rule) { return joined(rule.match.links); }},
    {"MatchFamily", Shape::single, readFamily,
     [](const Rule& rule) {
         return rule.match.family ? std::string{wordOf(families, *rule.match.family)}
                                  : std::string{};
     }},
    {"MatchUser", Shape::list,
     [](std::string_view value, Rule& rule) { return readUsers(value, rule.match.users); },
     [](const Rule& rule) { return writeUsers(rule.match.users); }},
    {"MatchCGroup", Shape::list,
     [](std::string_view value, Rule& rule) {
         return readControlGroups(value, rule.match.controlGroups);
     },
     [](const Rule& rule) { return joined(rule.match.controlGroups); }},
    {"MatchMark", Shape::list,
     [](std::string_view value, Rule& rule) { return readMarks(value, rule.match.marks); },
     [](const Rule& rule) { return writeMarks(rule.match.marks); }},
    {"Policies", Shape::list, readPolicies, [](const Rule& rule) { return joined(rule.policies); }},
}};

} // namespace

std::span<const Key<Rule>> ruleKeys() {
    return keysOfRules;
}

} // namespace subflowd::config
