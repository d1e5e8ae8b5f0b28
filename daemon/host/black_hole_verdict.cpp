// SPDX-License-Identifier: BSD-3-Clause
#include "host/black_hole_verdict.hpp"

#include "host/short_file.hpp"

#include <utility>

namespace subflowd::host {

BlackHoleVerdict::BlackHoleVerdict(std::filesystem::path sysctl,
                                   const std::filesystem::path& netstat)
    : sysctl_(std::move(sysctl)), counters_(netstat) {}

BlackHoleVerdict::Lifted BlackHoleVerdict::lift(Instant now) {
    const auto verdicts = mibCounter(counters_.read(), "MPTcpExt", "Blackhole").value_or(0);
    if (verdicts <= verdicts_ || now < next_)
        return Lifted::no;
    const auto timeout = readLine(sysctl_);
    if (!timeout || writeText(sysctl_, 0, *timeout) != 0)
        return Lifted::no;
    verdicts_ = verdicts;
    next_ = now + interval;
    return Lifted::yes;
}

} // namespace subflowd::host
