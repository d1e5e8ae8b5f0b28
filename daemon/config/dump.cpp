// SPDX-License-Identifier: BSD-3-Clause
#include "config/dump.hpp"

#include "config/keys.hpp"

#include <span>

namespace subflowd::config {

namespace {

constexpr std::size_t commentColumn = 40;

std::string line(std::string text, const Origin& origin) {
    text.append(text.size() < commentColumn ? commentColumn - text.size() : 1, ' ');
    return text + "# " + toString(origin) + '\n';
}

template <class From>
std::string keysOf(const From& from, std::span<const Key<From>> keys) {
    std::string text;
    for (const auto& key : keys) {
        const auto value = key.write(from);
        const auto origin = originOf(from.origins, key.name);
        if (!value.empty() || origin != Origin{})
            text += line(std::string{key.name} + '=' + value, origin);
    }
    return text;
}

std::string section(const PolicySection& policy) {
    auto text = line("[Policy " + policy.policy + (policy.rule ? ' ' + *policy.rule : "") + ']',
                     policy.origin);
    for (const auto& setting : policy.settings)
        text += line(setting.key + '=' + setting.value, setting.origin);
    return text;
}

} // namespace

std::string dump(const Config& config) {
    auto text = "[Daemon]\n" + keysOf(config.daemon, daemonKeys());
    text += "\n[Guard]\n" + keysOf(config.guard, guardKeys());
    for (const auto& rule : config.rules)
        text += '\n' + line("[Rule " + rule.name + ']', rule.origin) + keysOf(rule, ruleKeys());
    for (const auto& policy : config.policies)
        text += '\n' + section(policy);
    for (const auto& link : config.links)
        text +=
            '\n' + line("[Link " + link.rule.pattern + ']', link.origin) + keysOf(link, linkKeys());
    return text;
}

} // namespace subflowd::config
