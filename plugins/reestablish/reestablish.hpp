// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options.hpp"
#include "peer_limit.hpp"

#include <subflowd/plugin.hpp>
#include <subflowd/policy.hpp>

#include <array>

namespace subflowd::reestablish {

/// Says when a path that failed is tried again, on connections that this host opened: soon where
/// it carried before, seldom where the peer would rather not, never where it makes no sense. Has a
/// fresh subflow take the place of one that seems dead. A
/// connection that lost its last subflow is rescued. Which paths are wanted, other policies say.
class Reestablish final : public Policy {
  public:
    static constexpr const char* name = "reestablish";
    static constexpr const char* version = "1";
    static constexpr const char* summary =
        "tries paths again that failed, and rescues connections that have no subflow left";
    static constexpr std::array<SettingDescription, 5> settings{{
        {"Base", "1",
         "seconds before a path that was lost is tried again: 1 to 3600, then doubled"},
        {"Cap", "60", "the most seconds that a path which was lost waits: 1 to 3600"},
        {"ProbeInterval", "1s",
         "between two attempts on a path whose subflow seems dead: 100ms to 60s"},
        {"MaxHard", "6", "attempts in a row after failures that seldom pass: 0 to 1000"},
        {"Rescue", "yes", "whether a connection without a subflow gets one on any path it can"},
    }};

    explicit Reestablish(const Settings& given);

    Needs needs() const override { return Needs::health; }

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override;

    void learn(const Fact& fact, Store& memory) override;

  private:
    struct Turn {
        Instant from{};
        Instant at{};
        unsigned row = 0;
    };

    Turn turnOf(const ConnectionView& connection, const PathView& path,
                const PeerLimit& limit) const;
    void tryAgain(const ConnectionView& connection, PathId id, const PeerLimit& limit,
                  Plan& plan) const;

    Options options_;
};

} // namespace subflowd::reestablish
