// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "siblings.hpp"
#include "state.hpp"

#include <subflowd/plugin.hpp>
#include <subflowd/policy.hpp>

#include <array>
#include <cstdint>

namespace subflowd::refresh {

/// Replaces the slowest of several subflows on a path while the connection sends a lot: where
/// routers spread flows by a hash, a fresh one may go by a path that is less crowded. Wants nothing
/// by itself: another policy has several subflows on a path.
class Refresh final : public Policy {
  public:
    static constexpr const char* name = "refresh";
    static constexpr const char* version = "1";
    static constexpr const char* summary =
        "replaces the slowest of several subflows between the same addresses";
    static constexpr std::array<SettingDescription, 3> settings{{
        {"Period", "2500ms", "between two comparisons, a fifth more or less: 500ms to 60s"},
        {"Threshold", "50", "percent of the median that are too slow: 1 to 90"},
        {"MinRate", "1000000", "bytes a second that a connection sends at least: 0 to 10^12"},
    }};

    explicit Refresh(const Settings& given);

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override;

  private:
    void goOn(const ConnectionView& connection, PathId path, Instant now, State& state) const;
    void judge(const Comparison& found, Instant now, State& state) const;
    void giveUp(Instant now, State& state) const;
    void say(const ConnectionView& connection, PathId path, const State& state, Plan& plan) const;

    Duration period_;
    std::uint64_t threshold_;
    std::uint64_t leastRate_;
};

} // namespace subflowd::refresh
