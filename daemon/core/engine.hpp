// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/endpoint_wishes.hpp"
#include "core/input.hpp"
#include "core/outcome.hpp"
#include "core/report.hpp"

#include <subflowd/time.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace subflowd::core {

/// The core of the daemon: decides, and does nothing. Same inputs, same outcomes. Knows no
/// socket, clock, thread, file, bus or logger; does not throw; never calls back.
class Engine {
  public:
    explicit Engine(std::shared_ptr<const Configuration> configuration);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Takes one input at a moment not before the last one's. The outcome lives until the next
    /// step, and is to be performed before it.
    const Outcome& step(Instant now, const Input& input);

    /// The same for the input that must be fast.
    const Outcome& step(Instant now, const KernelEvent& event);

    Counters counters() const;

    const Latencies& latencies() const;

    /// Whether a rule needs CommandFinished::controlGroup.
    bool asksControlGroups() const;

    /// Every known connection, in no order.
    std::vector<Token> tokens() const;

    std::optional<ConnectionReport> report(Token token) const;

    /// Why each possible path of a connection is, or is not, in use. Empty: no such connection.
    std::vector<PathReport> explain(Instant now, Token token) const;

    std::vector<LinkReport> links() const;

    /// What the in-kernel path manager should have, where it decides. Empty in other modes.
    std::vector<EndpointWish> endpoints() const;

    std::vector<PolicyReport> policies() const;

  private:
    class State;
    std::unique_ptr<State> state_;
};

} // namespace subflowd::core
