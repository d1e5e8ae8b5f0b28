// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"

#include <algorithm>
#include <array>

namespace subflowd::ctl::doctor {

bool isWrong(const Finding& finding) {
    return finding.verdict == Verdict::warning || finding.verdict == Verdict::problem;
}

const char* nameOf(Verdict verdict) {
    switch (verdict) {
    case Verdict::ok:
        return "ok";
    case Verdict::note:
        return "note";
    case Verdict::unknown:
        return "unknown";
    case Verdict::warning:
        return "warning";
    case Verdict::problem:
        return "problem";
    }
    return "unknown";
}

Findings examine(const Facts& facts) {
    constexpr std::array checks{
        mptcp,
        ipv6,
        userspaceCommands,
        socketDiagnostics,
        daemon,
        configuration,
        pathManager,
        otherPathManagers,
        networkManager,
        endpoints,
        limits,
        olderConnections,
        uplinks,
        addresses,
        routes,
        reversePathFilter,
        closeTimeout,
        joinInitial,
        applications,
        blackHole,
        fallback,
        joins,
        announcements,
        middleboxes,
    };
    Findings all;
    for (const auto check : checks)
        std::ranges::move(check(facts), std::back_inserter(all));
    return all;
}

} // namespace subflowd::ctl::doctor
