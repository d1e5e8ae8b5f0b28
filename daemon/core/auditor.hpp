// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event_handler.hpp"
#include "core/snapshot.hpp"
#include "core/world.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace subflowd::core {

/// Compares, now and then, what is known with the kernel's lists: nothing else would show a change
/// that no event told. An audit itself changes nothing, because what it finds may be on its way in
/// an event; it has an ordinary snapshot taken, which repairs what is still different then.
class Auditor {
  public:
    Auditor(World& world, EventHandler& events) : world_(world), events_(events) {}

    /// A part of a snapshot that was taken for an audit.
    void handle(const SnapshotPart& part);

    /// Another snapshot ended: if an audit had led to it, it shows what that was worth.
    void conclude();

    /// Asks for an audit when it is time for one.
    void work();

    /// When it is; never while there is nothing to compare, or a snapshot is being taken.
    Instant nextWork();

  private:
    void on(const snapshot::Begun& begun);
    void on(const snapshot::Connection& row);
    void on(const snapshot::Subflow& row);
    void on(const snapshot::Listener& row);
    void on(const snapshot::Ended& ended);
    void countUnseen();

    World& world_;
    EventHandler& events_;
    Instant last_ = never; ///< snapshot of any kind, or when there was something to compare
    std::size_t differences_ = 0;
    std::uint64_t lossesBefore_ = 0;             ///< as the audit began
    std::optional<std::uint64_t> repairsBefore_; ///< while doubts wait for a snapshot
};

} // namespace subflowd::core
