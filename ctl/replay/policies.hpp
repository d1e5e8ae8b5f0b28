// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options.hpp"
#include "recording/entry.hpp"
#include "runtime/configurator.hpp"

#include <memory>

namespace subflowd::ctl::replay {

/// Makes the configurations of a replay, and their policies: the recorded ones, those with other
/// policies (--policies), or another one (--config).
class Policies {
  public:
    explicit Policies(const Options& options);

    /// The configuration for a recorded one; null: the one that was made stays. Throws
    /// CommandFailure.
    std::shared_ptr<const core::Configuration> make(const recording::Configured& recorded);

  private:
    std::shared_ptr<const core::Configuration> readGiven();

    const Options& options_;
    runtime::Options files_;
    runtime::Configurator configurator_;
    bool made_ = false;
};

} // namespace subflowd::ctl::replay
