// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"

#include <stdexcept>
#include <string>

namespace subflowd::ctl {

/// What ends subflowctl early: a sentence for the user and the exit code.
class CommandFailure : public std::runtime_error {
  public:
    CommandFailure(ExitCode code, const std::string& sentence)
        : std::runtime_error(sentence), code_(code) {}

    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

} // namespace subflowd::ctl
