// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/evaluator.hpp"
#include "core/event.hpp"
#include "core/world.hpp"

#include <vector>

namespace subflowd::core {

/// Applies what the kernel reports. Events may come out of order, twice, or for connections that
/// nobody knows; each is taken for what it proves.
class EventHandler {
  public:
    EventHandler(World& world, Evaluator& evaluator) : world_(world), evaluator_(evaluator) {}

    void handle(const KernelEvent& event);

    /// Subflows that ended while a snapshot is being taken: its rows may show them still.
    struct Ended {
        Token token{};
        FourTuple tuple;
    };

    const std::vector<Ended>& endedDuringSnapshot() const { return ended_; }

    void forgetEnded() { ended_.clear(); }

  private:
    void on(const event::Created& event);
    void on(const event::Established& event);
    void on(const event::Closed& event);
    void on(const event::Announced& event);
    void on(const event::Removed& event);
    void on(const event::SubflowEstablished& event);
    void on(const event::SubflowClosed& event);
    void on(const event::SubflowPriority& event);
    void on(const event::Listener& event);

    Connection& created(const event::Connection& event);
    bool announced(Connection& connection, const event::Announced& event);
    Connection* known(Token token);
    Subflow& appeared(Connection& connection, const event::SubflowEstablished& event);
    void judgeInbound(Connection& connection, Subflow& subflow);
    void noteReached(const Connection& connection, const Subflow& subflow);
    bool mayMeanPredecessor(const Path& path, const Subflow& subflow) const;
    void ended(Connection& connection, Subflow& subflow, const event::SubflowClosed& event);
    void settleInitial(Connection& connection, const Path& path, Cause cause);

    World& world_;
    Evaluator& evaluator_;
    std::vector<Ended> ended_;
};

} // namespace subflowd::core
