// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "core/report.hpp"

#include <subflowd/policy.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace subflowd::core {

/// Where policies are called: the fence around them, their strikes, and their memories.
class PolicyDesk {
  public:
    /// Whether a call came back in good order.
    enum class Answer : std::uint8_t { given, threw, quarantined };

    /// Other policies are in force. Memories stay with the names.
    void configure(std::span<const ConfiguredPolicy> policies);

    /// Asks one policy; whatever it throws is caught and counted.
    Answer ask(std::size_t policy, const ConnectionView& connection, const HostView& host,
               Plan& plan);

    /// Tells one policy a fact, in the same fence.
    void tell(std::size_t policy, const Fact& fact);

    const Store& memory(std::size_t policy) const { return seats_[policy].memory; }

    const std::string& name(std::size_t policy) const { return seats_[policy].name; }

    Needs needs(std::size_t policy) const { return seats_[policy].needs; }

    std::size_t size() const { return seats_.size(); }

    std::vector<PolicyReport> report() const;

    /// The policies that were put in quarantine since the last call.
    std::vector<std::string> takeQuarantined();

    /// Whether there are any.
    bool hasQuarantined() const { return !quarantined_.empty(); }

  private:
    static constexpr std::uint32_t mostStrikes = 3;

    struct Seat {
        std::string name;
        Policy* policy = nullptr;
        Needs needs = Needs::events;
        std::uint32_t strikes = 0;
        Store memory;
    };

    void strike(Seat& seat);

    std::vector<Seat> seats_;
    std::vector<std::string> quarantined_;
};

} // namespace subflowd::core
