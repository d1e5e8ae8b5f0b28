// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/evaluator.hpp"
#include "core/world.hpp"

#include <bitset>

namespace subflowd::core {

/// Applies the answers to commands. A refusal is a fact about a path like any other; nothing is
/// assumed from a command's mere sending.
class ResultHandler {
  public:
    ResultHandler(World& world, Evaluator& evaluator) : world_(world), evaluator_(evaluator) {}

    void handle(const CommandFinished& result);

  private:
    void handle(Connection& connection, const InFlight& command, const CommandFinished& result);
    bool handledForAll(Connection& connection, const CommandFinished& result);
    bool sentAgain(Connection& connection, const InFlight& command, const CommandFinished& result);
    void created(Connection& connection, const InFlight& command, const CommandFinished& result);
    void ended(Connection& connection, const InFlight& command, const CommandFinished& result);
    void cancelled(Connection& connection, const InFlight& command, const CommandFinished& result);
    void prioritised(Connection& connection, const InFlight& command,
                     const CommandFinished& result);
    void announced(Connection& connection, const InFlight& command, const CommandFinished& result);
    void factsTold(Connection& connection, const CommandFinished& result);
    void adopt(Connection& connection, const KnownId& known, const std::bitset<256>& taken);
    void idsTold(Connection& connection, const CommandFinished& result);
    void askIds(Connection& connection);
    void leaveToKernel(Connection& connection);
    void publishEnd(const Connection& connection, const Subflow& subflow, const Failure& failure);
    void publishRefusal(const Connection& connection, const InFlight& command,
                        const CommandFinished& result);

    World& world_;
    Evaluator& evaluator_;
};

} // namespace subflowd::core
