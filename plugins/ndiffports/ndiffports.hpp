// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/plugin.hpp>
#include <subflowd/policy.hpp>

#include <array>
#include <cstdint>

namespace subflowd::ndiffports {

/// Which paths get several subflows.
enum class Paths : std::uint8_t {
    initial, ///< the one where the connection began
    wanted,  ///< also each that another policy of the chain wants
};

/// Several subflows between the same two addresses, which differ in their local ports: where
/// routers spread flows by a hash (ECMP, bonded links), they go different ways. As a server it
/// opens nothing.
class Ndiffports final : public Policy {
  public:
    static constexpr const char* name = "ndiffports";
    static constexpr const char* version = "1";
    static constexpr const char* summary =
        "several subflows between the same addresses, for networks that spread flows";
    static constexpr std::array<SettingDescription, 4> settings{{
        {"Subflows", "2", "subflows on a path: 1 to 8"},
        {"Paths", "initial", "initial, or wanted: also what other policies want"},
        {"AfterBytes", "262144", "bytes, both ways, before it gets more of them: 0 to 10^12"},
        {"After", "0s", "how old a connection is before it gets more of them: 0s to 1h"},
    }};

    explicit Ndiffports(const Settings& given);

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override;

  private:
    /// Whether a connection may get more subflows than it has.
    enum class Growth : std::uint8_t { free, early, idle, rejected };

    Growth growthOf(const ConnectionView& connection, Instant now, Plan& plan) const;
    bool isBusy(const ConnectionView& connection, Instant now, Plan& plan) const;
    std::uint8_t countOf(const PathView& path, Growth growth) const;
    Reason reasonFor(const PathView& path, Growth growth) const;

    std::uint8_t subflows_;
    Paths paths_;
    std::uint64_t afterBytes_;
    Duration after_;
};

} // namespace subflowd::ndiffports
