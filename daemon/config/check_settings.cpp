// SPDX-License-Identifier: BSD-3-Clause
#include "config/check_settings.hpp"

#include "config/suggest.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace subflowd::config {

namespace {

void check(const PolicySection& section, const PluginDescriptor& descriptor,
           Diagnostics& diagnostics) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < descriptor.settingsCount; ++i)
        known.emplace_back(descriptor.settings[i].key);
    for (const auto& setting : section.settings)
        if (std::ranges::find(known, setting.key) == known.end())
            diagnostics.push_back({Severity::warning, setting.origin,
                                   "policy " + section.policy + " does not know " + setting.key +
                                       '=' + didYouMean(setting.key, known)});
}

} // namespace

Diagnostics checkSettings(const Config& config,
                          std::span<const PluginDescriptor* const> descriptors) {
    Diagnostics diagnostics;
    for (const auto& section : config.policies)
        for (const auto* descriptor : descriptors)
            if (descriptor->name == section.policy)
                check(section, *descriptor, diagnostics);
    return diagnostics;
}

Diagnostics checkMode(const Config& config) {
    Diagnostics diagnostics;
    const auto warn = [&diagnostics](const Origin& origin, const std::string& what) {
        if (origin != Origin{})
            diagnostics.push_back({Severity::warning, origin, what});
    };
    if (config.daemon.mode != core::Mode::kernel) {
        warn(originOf(config.daemon.origins, "EndpointFlags"),
             "EndpointFlags= has an effect with Mode=kernel only");
        return diagnostics;
    }
    const std::string why = " has no effect with Mode=kernel: the in-kernel path manager decides";
    for (const auto& rule : config.rules)
        warn(rule.origin, "[Rule " + rule.name + ']' + why);
    for (const auto& policy : config.policies)
        warn(policy.origin, "[Policy " + policy.policy + ']' + why);
    if (!config.guard.origins.empty())
        warn(config.guard.origins.front().origin, "[Guard]" + why);
    return diagnostics;
}

} // namespace subflowd::config
