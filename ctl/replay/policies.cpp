// SPDX-License-Identifier: BSD-3-Clause
#include "replay/policies.hpp"

#include "config/parse.hpp"
#include "failure.hpp"

#include <utility>
#include <variant>

namespace subflowd::ctl::replay {

namespace {

runtime::Options filesOf(const Options& options) {
    runtime::Options files;
    if (!options.file.empty())
        files.config = options.file;
    for (const auto& directory : options.pluginDirectories)
        files.pluginDirectories.emplace_back(directory);
    return files;
}

CommandFailure unusable(const std::string& why) {
    return {ExitCode::failed, "The configuration cannot be used.\n" + why};
}

} // namespace

Policies::Policies(const Options& options)
    : options_(options), files_(filesOf(options)), configurator_(files_) {}

std::shared_ptr<const core::Configuration> Policies::readGiven() {
    if (std::exchange(made_, true))
        return nullptr;
    auto reading = configurator_.read();
    if (!reading.core)
        throw unusable(runtime::toText(reading.diagnostics));
    return std::move(reading.core);
}

std::shared_ptr<const core::Configuration> Policies::make(const recording::Configured& recorded) {
    if (!options_.file.empty())
        return readGiven();
    auto parsed = config::parse(recorded.text, "the recorded configuration");
    if (config::hasErrors(parsed.diagnostics))
        throw unusable(runtime::toText(parsed.diagnostics));
    if (!options_.policies.empty()) {
        for (auto& rule : parsed.config.rules)
            rule.policies = options_.policies;
        parsed.config.daemon.mode = core::Mode::userspace;
    }
    auto made = configurator_.remake(parsed.config, recorded.alone);
    if (const auto* problem = std::get_if<std::string>(&made))
        throw unusable(*problem + "\nA policy from elsewhere is found with --plugin-dir.");
    return std::get<0>(std::move(made));
}

} // namespace subflowd::ctl::replay
