// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/policy.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace subflowd::test {

/// A policy that says what a test tells it to say, and keeps what it was told.
class ScriptedPolicy : public Policy {
  public:
    using Say = std::function<void(const ConnectionView&, const HostView&, Plan&)>;

    ScriptedPolicy() = default;

    explicit ScriptedPolicy(Say words) : say(std::move(words)) {}

    Needs needs() const override { return needed; }

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override {
        ++calls;
        if (say)
            say(connection, host, plan);
    }

    void learn(const Fact& fact, Store& memory) override {
        facts.push_back(fact);
        memory.put({fact.link, Prefix{fact.remote.address, 32}, 0}, facts.size(), never);
    }

    Say say;
    Needs needed = Needs::events;
    int calls = 0;
    std::vector<Fact> facts;
};

inline constexpr ReasonText because{"because", "the test says so ({0})"};

/// Wants one subflow on every path.
inline void wantAll(const ConnectionView& connection, Plan& plan, Want want = {}) {
    for (std::size_t i = 0; i < connection.paths.size(); ++i)
        plan.want(static_cast<PathId>(i), want, {&because, 0, 0});
}

/// The path from a local address, of those that are shown.
inline PathId pathFrom(const ConnectionView& connection, const IpAddress& local) {
    std::size_t i = 0;
    while (i < connection.paths.size() && connection.paths[i].local != local)
        ++i;
    return static_cast<PathId>(i);
}

} // namespace subflowd::test
