// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/config.hpp"
#include "config/diagnostic.hpp"
#include "core/configuration.hpp"
#include "plugins/catalog.hpp"
#include "runtime/options.hpp"

#include <memory>
#include <string>

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

    Reading read();

  private:
    const Options& options_;
    plugins::Catalog catalog_;
};

/// The diagnostics, one a line.
std::string toText(const config::Diagnostics& diagnostics);

} // namespace subflowd::runtime
