// SPDX-License-Identifier: BSD-3-Clause
#include "core/link_settings.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>
#include <optional>

namespace subflowd::core {

namespace {

template <class Value>
std::optional<Value> firstSaid(std::string_view link, std::span<const LinkRule> rules,
                               std::optional<Value> LinkRule::*setting) {
    const auto rule = std::ranges::find_if(rules, [&](const LinkRule& each) {
        return each.*setting && fitsLinkPattern(each.pattern, link);
    });
    return rule == rules.end() ? std::nullopt : (*rule).*setting;
}

} // namespace

LinkSettings settingsOf(std::string_view link, std::span<const LinkRule> rules) {
    const auto role = firstSaid(link, rules, &LinkRule::role);
    LinkSettings settings;
    settings.metered = firstSaid(link, rules, &LinkRule::metered).value_or(false);
    settings.named = role.has_value();
    settings.role = role.value_or(settings.metered ? Role::backup : Role::primary);
    if (role || settings.metered)
        settings.source = RoleSource::configuration;
    settings.subflows =
        firstSaid(link, rules, &LinkRule::subflows).value_or(LinkSettings::anyNumber);
    return settings;
}

} // namespace subflowd::core
