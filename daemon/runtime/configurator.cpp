// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/configurator.hpp"

#include "announce.hpp"
#include "build_config.hpp"
#include "config/check_settings.hpp"
#include "config/files.hpp"
#include "config/load.hpp"
#include "fullmesh.hpp"
#include "lb_client.hpp"
#include "ndiffports.hpp"
#include "plugins/policy_set.hpp"
#include "reestablish.hpp"
#include "refresh.hpp"

#include <subflowd/plugin.hpp>

#include <array>
#include <utility>
#include <variant>
#include <vector>

namespace subflowd::runtime {

namespace {

constexpr auto fullmeshDescriptor = describePlugin<fullmesh::Fullmesh>();
constexpr auto lbClientDescriptor = describePlugin<lb_client::LbClient>();
constexpr auto announceDescriptor = describePlugin<announce::Announce>();
constexpr auto reestablishDescriptor = describePlugin<reestablish::Reestablish>();
constexpr auto ndiffportsDescriptor = describePlugin<ndiffports::Ndiffports>();
constexpr auto refreshDescriptor = describePlugin<refresh::Refresh>();
constexpr std::array builtIn{&fullmeshDescriptor,    &lbClientDescriptor,   &announceDescriptor,
                             &reestablishDescriptor, &ndiffportsDescriptor, &refreshDescriptor};

std::vector<plugins::PluginDirectory> directoriesOf(const Options& options) {
    using Presence = plugins::PluginDirectory::Presence;
    std::vector<plugins::PluginDirectory> directories;
    for (const auto& path : options.pluginDirectories)
        directories.push_back({path, Presence::required});
    directories.push_back({SUBFLOWD_PLUGIN_DIR, Presence::optional});
    return directories;
}

std::vector<std::filesystem::path> filesOf(const Options& options) {
    if (options.config)
        return config::findFiles(*options.config);
    return config::findFiles(config::Directories{SUBFLOWD_VENDOR_DIR, SUBFLOWD_ADMIN_DIR});
}

plugins::PolicyRequest requestOf(const config::Config& config, const std::string& policy,
                                 const std::string& rule) {
    plugins::PolicyRequest wanted{policy, {}};
    for (const auto& setting : config::settingsOf(config, policy, rule))
        wanted.settings.push_back({setting.key, setting.value, toString(setting.origin)});
    return wanted;
}

plugins::RuleRequest requestOf(const config::Config& config,
                               const std::vector<std::string>& alone) {
    plugins::RuleRequest request{{}, {}, {}, "an operator's request"};
    for (const auto& policy : alone)
        request.chain.push_back(requestOf(config, policy, {}));
    return request;
}

std::vector<plugins::RuleRequest> requestsOf(const config::Config& config) {
    std::vector<plugins::RuleRequest> requests;
    for (const auto& rule : config.rules) {
        plugins::RuleRequest request{rule.name, rule.match, {}, {}};
        request.where = toString(config::originOf(rule.origins, "Policies"));
        for (const auto& policy : rule.policies)
            request.chain.push_back(requestOf(config, policy, rule.name));
        requests.push_back(std::move(request));
    }
    return requests;
}

/// All but the policies and their rules.
core::Configuration settingsOf(const config::Config& config) {
    core::Configuration settings;
    settings.mode = config.daemon.mode;
    settings.endpointFlags = config.daemon.endpointFlags;
    settings.importFlags = config.daemon.importFlags;
    settings.limits = config.daemon.limits;
    settings.auditInterval = config.daemon.auditInterval;
    settings.guard = config.guard.settings;
    for (const auto& link : config.links)
        settings.links.push_back(link.rule);
    return settings;
}

} // namespace

Configurator::Configurator(const Options& options)
    : options_(options), catalog_(builtIn, directoriesOf(options)) {}

Configurator::Remade Configurator::remake(const config::Config& config,
                                          const std::vector<std::string>& alone) {
    auto made = plugins::makePolicies(catalog_, requestsOf(config), requestOf(config, alone));
    if (const auto* faults = std::get_if<std::vector<plugins::Fault>>(&made))
        return faults->front().text;
    return std::get<plugins::PolicySet>(std::move(made)).configure(settingsOf(config));
}

Reading Configurator::read(const std::vector<std::string>& alone) {
    auto parsed = config::load(filesOf(options_));
    Reading result{std::move(parsed.config), nullptr, std::move(parsed.diagnostics)};
    auto made =
        plugins::makePolicies(catalog_, requestsOf(result.config), requestOf(result.config, alone));
    for (auto&& warnings :
         {config::checkSettings(result.config, catalog_.known()), config::checkMode(result.config)})
        result.diagnostics.insert(result.diagnostics.end(), warnings.begin(), warnings.end());
    if (auto* faults = std::get_if<std::vector<plugins::Fault>>(&made)) {
        for (auto& fault : *faults)
            result.diagnostics.push_back(
                {config::Severity::error, {std::move(fault.where), 0}, std::move(fault.text)});
        return result;
    }
    if (config::hasErrors(result.diagnostics))
        return result;
    result.core =
        std::get<plugins::PolicySet>(std::move(made)).configure(settingsOf(result.config));
    return result;
}

std::string toText(const config::Diagnostics& diagnostics) {
    std::string text;
    for (const auto& diagnostic : diagnostics)
        text.append(text.empty() ? "" : "\n").append(toString(diagnostic));
    return text;
}

} // namespace subflowd::runtime
