// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/evaluator.hpp"
#include "core/event.hpp"
#include "core/world.hpp"

#include <algorithm>
#include <vector>

namespace subflowd::core {

/// Applies what the kernel reports. Events may come out of order, twice, or for connections that
/// nobody knows; each is taken for what it proves.
class EventHandler {
  public:
    EventHandler(World& world, Evaluator& evaluator) : world_(world), evaluator_(evaluator) {}

    void handle(const KernelEvent& event);

    /// Whether a subflow ended while a snapshot was being taken: its rows may show it still.
    bool endedDuringSnapshot(Token token, const FourTuple& tuple) const {
        return std::ranges::any_of(ended_, [&](const Ended& ended) {
            return ended.token == token && ended.tuple == tuple;
        });
    }

    void forgetEnded() { ended_.clear(); }

  private:
    struct Ended {
        Token token{};
        FourTuple tuple;
    };

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
