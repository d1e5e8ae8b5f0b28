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

LinkSettings settingsOf(std::string_view link, std::span<const LinkRule> rules,
                        const LinkNote& note, ImportFlags flags) {
    const auto ruled = firstSaid(link, rules, &LinkRule::role);
    const auto metered = firstSaid(link, rules, &LinkRule::metered);
    const auto imported = flags == ImportFlags::yes ? note.flagRole : std::nullopt;
    const auto noted = note.role ? note.role : imported;
    LinkSettings settings;
    settings.metered = metered ? *metered : note.roaming || note.metered.value_or(false);
    settings.named = ruled || note.role;
    settings.subflows =
        firstSaid(link, rules, &LinkRule::subflows).value_or(LinkSettings::anyNumber);
    settings.reach[0] = note.ipv4;
    settings.reach[1] = note.ipv6;
    settings.leaving = note.leaving;
    settings.role = settings.metered ? Role::backup : Role::primary;
    if (ruled || noted)
        settings.role = ruled ? *ruled : *noted;
    if (ruled || (!noted && metered.value_or(false)))
        settings.source = RoleSource::configuration;
    else if (noted || (settings.metered && note.metered.value_or(false)))
        settings.source = RoleSource::networkManager;
    else if (settings.metered)
        settings.source = RoleSource::modemManager;
    return settings;
}

} // namespace subflowd::core
