// SPDX-License-Identifier: BSD-3-Clause
#include "config/keys.hpp"
#include "config/values.hpp"

#include <array>

namespace subflowd::config {

namespace {

constexpr std::array<Named<Role>, 3> roles{
    {{"primary", Role::primary}, {"backup", Role::backup}, {"ignore", Role::ignore}}};

Problem readRole(std::string_view value, Link& link) {
    const auto role = valueOf(roles, value);
    if (value == "standby")
        return "is not available in this version of subflowd: use backup, whose subflows are open "
               "but carry nothing while a primary link works, or ignore";
    if (!role)
        return "wants primary, backup or ignore";
    link.rule.role = *role;
    return std::nullopt;
}

constexpr std::array<Key<Link>, 1> keysOfLinks{{
    {"Role", Shape::single, readRole,
     [](const Link& link) {
         return link.rule.role ? std::string{wordOf(roles, *link.rule.role)} : std::string{};
     }},
}};

} // namespace

std::span<const Key<Link>> linkKeys() {
    return keysOfLinks;
}

} // namespace subflowd::config
