// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What a check of `subflowctl doctor` came to.
namespace subflowd::ctl::doctor {

enum class Verdict : std::uint8_t {
    ok,
    note,    ///< worth knowing; nothing is wrong
    unknown, ///< it could not be found out
    warning, ///< works less well than it could
    problem, ///< does not work
};

struct Finding {
    std::string check; ///< stable, for scripts: "rp-filter"
    Verdict verdict = Verdict::ok;
    std::string sentence;
    std::string remedy; ///< what to do, as a sentence; empty: nothing

    friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

/// Whether something is wrong: a warning or a problem.
bool isWrong(const Finding& finding);

/// "ok", "note", "unknown", "warning", "problem"
const char* nameOf(Verdict verdict);

} // namespace subflowd::ctl::doctor
