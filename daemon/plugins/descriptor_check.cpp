// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/descriptor_check.hpp"

#include <algorithm>

namespace subflowd::plugins {

namespace {

constexpr std::size_t mostSettings = 1000; // more is a descriptor of something else

bool isLetterOrDigit(char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z');
}

Objection checkSettings(const PluginDescriptor& descriptor) {
    if (descriptor.settingsCount > mostSettings)
        return "it describes " + std::to_string(descriptor.settingsCount) + " settings";
    if (descriptor.settingsCount != 0 && !descriptor.settings)
        return "its descriptions of settings are missing";
    for (std::size_t i = 0; i < descriptor.settingsCount; ++i) {
        const auto& setting = descriptor.settings[i];
        if (!setting.key || !setting.byDefault || !setting.meaning)
            return "its description of setting " + std::to_string(i + 1) + " is incomplete";
    }
    return std::nullopt;
}

} // namespace

Objection checkHead(const DescriptorHead& head) {
    if (head.abi != pluginAbi)
        return "it was built for plugin ABI " + std::to_string(head.abi) +
               ", and this subflowd has ABI " + std::to_string(pluginAbi) + ": build it again";
    if (head.size != sizeof(PluginDescriptor))
        return "its descriptor has " + std::to_string(head.size) + " bytes instead of " +
               std::to_string(sizeof(PluginDescriptor)) + ": build it again";
    return std::nullopt;
}

Objection checkDescriptor(const PluginDescriptor& descriptor, std::string_view name) {
    if (!descriptor.toolchain || std::string_view{descriptor.toolchain} != SUBFLOWD_TOOLCHAIN)
        return std::string{"it was built with "} +
               (descriptor.toolchain ? descriptor.toolchain : "an unnamed standard library") +
               ", and this subflowd with " SUBFLOWD_TOOLCHAIN ": build it with the same";
    if (!descriptor.name || !descriptor.version || !descriptor.summary)
        return "it does not say its name, version and summary";
    if (descriptor.name != name)
        return "it calls its policy " + std::string{descriptor.name} + " instead of " +
               std::string{name} + ": the file must have the policy's name";
    if (!descriptor.create || !descriptor.destroy)
        return "it has no functions to create and to destroy its policy";
    return checkSettings(descriptor);
}

bool isPolicyName(std::string_view name) {
    return !name.empty() && isLetterOrDigit(name.front()) &&
           std::ranges::all_of(name, [](char character) {
               return isLetterOrDigit(character) || character == '-' || character == '_' ||
                      character == '.';
           });
}

} // namespace subflowd::plugins
