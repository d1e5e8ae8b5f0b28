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

} // namespace subflowd::config
