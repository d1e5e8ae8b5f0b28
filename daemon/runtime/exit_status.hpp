// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdexcept>
#include <string>

namespace subflowd::runtime {

/// How the process ends; the numbers of sysexits(3), and part of what users rely on.
enum class ExitStatus : int {
    success = 0,
    failure = 1,
    usage = 64,
    noMultipathTcp = 69,   ///< EX_UNAVAILABLE: the kernel has none, or it is switched off
    alreadyManaged = 75,   ///< EX_TEMPFAIL: another path manager is active
    notPermitted = 77,     ///< EX_NOPERM
    badConfiguration = 78, ///< EX_CONFIG
};

/// The daemon cannot start: one sentence that says what is wrong and what to do.
class StartFailure : public std::runtime_error {
  public:
    StartFailure(ExitStatus status, const std::string& sentence)
        : std::runtime_error(sentence), status_(status) {}

    ExitStatus status() const { return status_; }

  private:
    ExitStatus status_;
};

} // namespace subflowd::runtime
