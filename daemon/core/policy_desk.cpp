// SPDX-License-Identifier: BSD-3-Clause
#include "core/policy_desk.hpp"

#include <algorithm>
#include <utility>

namespace subflowd::core {

void PolicyDesk::configure(std::span<const ConfiguredPolicy> policies) {
    std::vector<Seat> seats;
    for (const auto& policy : policies) {
        Seat seat{policy.name, policy.policy, Needs::events, 0, {}};
        const auto old = std::ranges::find(seats_, policy.name, &Seat::name);
        if (old != seats_.end())
            seat.memory = old->memory;
        try {
            seat.needs = seat.policy->needs();
        } catch (...) {
            strike(seat);
        }
        seats.push_back(std::move(seat));
    }
    seats_ = std::move(seats);
}

PolicyDesk::Answer PolicyDesk::ask(std::size_t policy, const ConnectionView& connection,
                                   const HostView& host, Plan& plan) {
    auto& seat = seats_[policy];
    if (seat.strikes >= mostStrikes)
        return Answer::quarantined;
    try {
        seat.policy->plan(connection, host, plan);
        return Answer::given;
    } catch (...) {
        strike(seat);
        return Answer::threw;
    }
}

void PolicyDesk::tell(std::size_t policy, const Fact& fact) {
    auto& seat = seats_[policy];
    if (seat.strikes >= mostStrikes)
        return;
    try {
        seat.policy->learn(fact, seat.memory);
    } catch (...) {
        strike(seat);
    }
}

void PolicyDesk::strike(Seat& seat) {
    if (++seat.strikes == mostStrikes)
        quarantined_.push_back(seat.name);
}

std::vector<PolicyReport> PolicyDesk::report() const {
    std::vector<PolicyReport> reports;
    for (const auto& seat : seats_)
        reports.push_back({seat.name, seat.strikes, seat.strikes >= mostStrikes});
    return reports;
}

std::vector<std::string> PolicyDesk::takeQuarantined() {
    return std::exchange(quarantined_, {});
}

} // namespace subflowd::core
