// SPDX-License-Identifier: BSD-3-Clause
#include "config/check_settings.hpp"
#include "runtime/configurator.hpp"

#include <algorithm>
#include <cctype>

/// The options of policies, as they are shown and as operators change them.
namespace subflowd::runtime {

namespace {

config::PolicySection& sectionOf(config::Config& config, const std::string& policy) {
    const auto at = std::ranges::find_if(config.policies, [&policy](const auto& section) {
        return section.policy == policy && !section.rule;
    });
    if (at != config.policies.end())
        return *at;
    return config.policies.emplace_back(
        config::PolicySection{policy, std::nullopt, {Configurator::operatorsOrigin, 0}, {}});
}

/// Of a file, it could hold no other characters.
bool isOneLine(const std::string& text) {
    return std::ranges::none_of(text, [](unsigned char letter) { return std::iscntrl(letter); });
}

void set(config::PolicySection& section, const std::string& key, const std::string& value) {
    std::erase_if(section.settings, [&key](const auto& known) { return known.key == key; });
    if (!value.empty())
        section.settings.push_back({key, value, {Configurator::operatorsOrigin, 0}});
}

} // namespace

std::variant<config::Config, std::string>
Configurator::withOptions(config::Config config, const std::string& policy,
                          const dbus::Host::PolicyOptions& options) const {
    config::Config asked;
    asked.policies.push_back({policy, std::nullopt, {operatorsOrigin, 0}, {}});
    for (const auto& [key, value] : options) {
        if (!isOneLine(key) || !isOneLine(value))
            return "An option and its value are one line each.";
        asked.policies.front().settings.push_back({key, value, {operatorsOrigin, 0}});
    }
    if (const auto unknown = config::checkSettings(asked, catalog_.known()); !unknown.empty())
        return unknown.front().text;
    auto& section = sectionOf(config, policy);
    for (const auto& [key, value] : options)
        set(section, key, value);
    return config;
}

dbus::PolicyDescription Configurator::describe(const config::Config& config,
                                               const std::string& policy) const {
    dbus::PolicyDescription description;
    description.name = policy;
    const auto known = catalog_.known();
    const auto at = std::ranges::find(known, policy, &PluginDescriptor::name);
    if (at == known.end())
        return description;
    const auto& descriptor = **at;
    description.version = descriptor.version;
    description.summary = descriptor.summary;
    description.file = catalog_.fileOf(descriptor).string();
    for (std::size_t i = 0; i < descriptor.settingsCount; ++i)
        description.options[descriptor.settings[i].key] = descriptor.settings[i].byDefault;
    for (const auto& setting : config::settingsOf(config, policy, {}))
        if (!setting.value.empty())
            description.options[setting.key] = setting.value;
    return description;
}

} // namespace subflowd::runtime
