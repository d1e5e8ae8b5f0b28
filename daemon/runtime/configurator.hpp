// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/config.hpp"
#include "config/diagnostic.hpp"
#include "core/configuration.hpp"
#include "dbus/host.hpp"
#include "plugins/catalog.hpp"
#include "runtime/options.hpp"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace subflowd::runtime {

/// A configuration that was read, with its policies made.
struct Reading {
    config::Config config;
    std::shared_ptr<const core::Configuration> core; ///< null if there are errors
    config::Diagnostics diagnostics;
};

/// Reads the configuration files and makes the policies they ask for. All or nothing: with an
/// error anywhere nothing is made.
class Configurator {
  public:
    /// Throws std::runtime_error if a directory of --plugin-dir is not there.
    explicit Configurator(const Options& options);

    /// `alone`: policies that are made although no rule names them, because operators asked.
    Reading read(const std::vector<std::string>& alone = {});

    /// The same configuration with such policies; or why they cannot be made.
    using Remade = std::variant<std::shared_ptr<const core::Configuration>, std::string>;
    Remade remake(const config::Config& config, const std::vector<std::string>& alone);

    /// Everything about a policy that was made but whether it is quarantined.
    dbus::PolicyDescription describe(const config::Config& config, const std::string& policy) const;

    /// The configuration with other options for a policy; or why they cannot be.
    static constexpr const char* operatorsOrigin = "an operator's request";
    std::variant<config::Config, std::string>
    withOptions(config::Config config, const std::string& policy,
                const dbus::Host::PolicyOptions& options) const;

  private:
    const Options& options_;
    plugins::Catalog catalog_;
};

/// The diagnostics, one a line.
std::string toText(const config::Diagnostics& diagnostics);

} // namespace subflowd::runtime
