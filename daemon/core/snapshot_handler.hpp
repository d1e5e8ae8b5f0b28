// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/evaluator.hpp"
#include "core/event_handler.hpp"
#include "core/snapshot.hpp"
#include "core/world.hpp"

#include <vector>

namespace subflowd::core {

/// Merges what inet_diag tells with what is known. Rows add and correct; what was neither
/// mentioned nor touched by an event since the snapshot began is gone. Events that arrive in
/// between are newer than any row.
class SnapshotHandler {
  public:
    SnapshotHandler(World& world, Evaluator& evaluator, EventHandler& events)
        : world_(world), evaluator_(evaluator), events_(events) {}

    void handle(const SnapshotPart& part);

  private:
    void on(const snapshot::Begun& begun);
    void on(const snapshot::Connection& row);
    void on(const snapshot::Subflow& row);
    void on(const snapshot::Listener& row);
    void on(const snapshot::Ended& ended);

    void learn(const snapshot::Connection& row);
    void recall(Connection& connection, const snapshot::Remembered& remembered);
    void add(Connection& connection, const snapshot::Subflow& row);
    void correct(Connection& connection, Subflow& subflow, const snapshot::Subflow& row);
    void repaired();
    void decideSides();
    void forgetUnseen();
    void forgetUnseenSubflows(Connection& connection);

    World& world_;
    Evaluator& evaluator_;
    EventHandler& events_;
    snapshot::Occasion occasion_ = snapshot::Occasion::start;
    std::vector<std::uint16_t> listeningPorts_;
    std::vector<Token> learned_;
};

} // namespace subflowd::core
