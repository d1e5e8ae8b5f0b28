// SPDX-License-Identifier: BSD-3-Clause
#include "config/config.hpp"

#include <algorithm>

namespace subflowd::config {

namespace {

void overlay(std::vector<Setting>& settings, const std::vector<Setting>& above) {
    for (const auto& setting : above) {
        const auto at = std::ranges::find(settings, setting.key, &Setting::key);
        if (at == settings.end())
            settings.push_back(setting);
        else
            *at = setting;
    }
}

} // namespace

Origin originOf(const KeyOrigins& origins, std::string_view key) {
    const auto at = std::ranges::find(origins, key, &KeyOrigin::key);
    return at == origins.end() ? Origin{} : at->origin;
}

std::vector<Setting> settingsOf(const Config& config, std::string_view policy,
                                std::string_view rule) {
    std::vector<Setting> settings;
    for (const auto& section : config.policies)
        if (section.policy == policy && !section.rule)
            overlay(settings, section.settings);
    for (const auto& section : config.policies)
        if (section.policy == policy && section.rule == rule)
            overlay(settings, section.settings);
    std::erase_if(settings, [](const Setting& setting) { return setting.value.empty(); });
    return settings;
}

} // namespace subflowd::config
