// SPDX-License-Identifier: BSD-3-Clause
#include "config/keys.hpp"
#include "config/values.hpp"

#include <array>

namespace subflowd::config {

namespace {

constexpr std::array<Named<Role>, 4> roles{{{"primary", Role::primary},
                                            {"backup", Role::backup},
                                            {"standby", Role::standby},
                                            {"ignore", Role::ignore}}};

Problem readRole(std::string_view value, Link& link) {
    const auto role = valueOf(roles, value);
    if (!role)
        return "wants primary, backup, standby or ignore";
    link.rule.role = *role;
    return std::nullopt;
}

Problem readMetered(std::string_view value, Link& link) {
    link.rule.metered = valueOf(truths, value);
    return link.rule.metered ? std::nullopt : Problem{"wants yes or no"};
}

Problem readMaxSubflows(std::string_view value, Link& link) {
    const auto number = parseNumber(value, 1, mostSubflows);
    if (!number)
        return "wants a whole number from 1 to 254";
    link.rule.subflows = static_cast<std::uint8_t>(*number);
    return std::nullopt;
}

constexpr std::array<Key<Link>, 3> keysOfLinks{{
    {"Role", Shape::single, readRole,
     [](const Link& link) {
         return link.rule.role ? std::string{wordOf(roles, *link.rule.role)} : std::string{};
     }},
    {"Metered", Shape::single, readMetered,
     [](const Link& link) {
         return link.rule.metered ? std::string{wordOf(truths, *link.rule.metered)} : std::string{};
     }},
    {"MaxSubflows", Shape::single, readMaxSubflows,
     [](const Link& link) {
         return link.rule.subflows ? std::to_string(*link.rule.subflows) : std::string{};
     }},
}};

} // namespace

std::span<const Key<Link>> linkKeys() {
    return keysOfLinks;
}

} // namespace subflowd::config
