// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/health.hpp"
#include "core/world.hpp"

#include <chrono>

namespace subflowd::core {

/// Notes which subflows seem dead, and which do again not. Looks no more often than it must: while
/// data flows, at counters that cost next to nothing; at the subflows, all in one dump, only when
/// a retransmission timer ran out somewhere, while one of them is in doubt, or when some are to be
/// measured.
class HealthWatch {
  public:
    static constexpr Duration liveliest = std::chrono::milliseconds(250); ///< between two looks
    static constexpr Duration laziest = std::chrono::seconds(4);          ///< while nothing is sent

    /// A dump may take a twentieth of the time.
    static constexpr int costliest = 20;

    /// An answer that does not come by then never will.
    static constexpr Duration patience = std::chrono::seconds(5);

    explicit HealthWatch(World& world) : world_(world) {}

    /// Asks what is due.
    void work();

    /// When something is due.
    Instant nextWork();

    void handle(const TcpActivity& activity);

    /// The connections concerned are looked at in the next slices: a black hole may strike
    /// thousands at once.
    void handle(const HealthReport& report);

  private:
    void judge(const HealthSample& sample);
    void judge(Connection& connection, Subflow& subflow, const HealthSample& sample);
    void askSamples();
    void concludeMeasurements();
    Instant nextMeasurement() const;

    World& world_;
    Instant next_ = never;
    Instant asked_{};    ///< for samples
    Instant earliest_{}; ///< when subflows may be measured again
    Duration interval_ = liveliest;
    TcpActivity seen_;
    bool doubts_ = false; ///< the last samples showed a subflow that may be dead
};

} // namespace subflowd::core
