// SPDX-License-Identifier: BSD-3-Clause
#include "core/carrying.hpp"
#include "core/planner.hpp"
#include "core/reasons.hpp"
#include "core/records.hpp"

#include <algorithm>

/// The part of the planner that has an operator's orders stand before what policies want. What the
/// core guarantees stands before both.
namespace subflowd::core {

namespace {

/// Whether a subflow from there carries what those on drained links carried.
bool isElsewhere(const Local& local) {
    return !local.drained && local.usability != Usability::gone &&
           local.usability != Usability::linkDown;
}

} // namespace

void Planner::takeOrders(const World& world, const Connection& connection) {
    ordered_.assign(candidates_.all().size(), nullptr);
    const auto* orders = world.orders.of(connection.token);
    if (!orders)
        return;
    for (std::size_t i = 0; i < ordered_.size(); ++i) {
        const auto& candidate = candidates_.all()[i];
        ordered_[i] = orders->find(candidate.local, candidate.remote);
        if (!ordered_[i])
            continue;
        auto& decision = judgement_.decisions[i];
        if (ordered_[i]->presence == Presence::wanted) {
            decision.verdict = Verdict::wanted;
            decision.reason = {&reasons::operatorCreated, 0, 0};
            decision.by = Voice::byOperator;
            decision.count = 1;
            decision.order = 0;
        } else if (ordered_[i]->presence == Presence::away) {
            decision.verdict = Verdict::forbidden;
            decision.existing = Existing::close;
            decision.reason = {&reasons::operatorDestroyed, 0, 0};
            decision.by = Voice::byOperator;
        }
    }
}

bool Planner::isOrdered(std::size_t path) const {
    return ordered_[path] && ordered_[path]->presence == Presence::wanted;
}

/// An order for a path's priority holds for what is there and for what comes.
void Planner::orderPriorities(const World& world) {
    for (std::size_t i = 0; i < ordered_.size(); ++i) {
        if (!ordered_[i] || !ordered_[i]->priority)
            continue;
        const bool clamped = world.links.local(candidates_.all()[i].local).role == Role::backup;
        auto& decision = judgement_.decisions[i];
        decision.ordered = clamped ? Priority::backup : *ordered_[i]->priority;
        decision.priority = *decision.ordered;
    }
}

/// Subflows on a link that an operator drains become backup at once, and are retired when another
/// one carries.
void Planner::drainLinks(const World& world, const Connection& connection) {
    const auto isDrained = [&](const Candidate& candidate) {
        return world.links.local(candidate.local).drained;
    };
    if (std::ranges::none_of(candidates_.all(), isDrained))
        return;
    const bool carried =
        carryingFrom(world, connection, judgement_.again, isElsewhere) == Carrying::proven;
    for (std::size_t i = 0; i < judgement_.decisions.size(); ++i) {
        if (!isDrained(candidates_.all()[i]))
            continue;
        auto& decision = judgement_.decisions[i];
        decision = {};
        decision.verdict = Verdict::forbidden;
        decision.by = Voice::byOperator;
        decision.existing = carried ? Existing::drain : Existing::keep;
        decision.ordered = Priority::backup;
        decision.reason = {&reasons::linkDrained, 0, 0};
    }
}

void Planner::orderAnnouncements(const World& world, const Connection& connection) {
    const auto* orders = world.orders.of(connection.token);
    if (!orders || orders->announcements.empty())
        return;
    std::erase_if(judgement_.announcements, [&](const Plan::Announced& said) {
        if (static_cast<std::size_t>(said.local) >= world.links.addressViews().size())
            return true;
        const auto* order = orders->findAnnouncement(world.links.localOf(said.local),
                                                     records::saidPort(connection, said.port));
        return order && order->wish == AnnouncementOrder::Wish::withdrawn;
    });
    for (std::size_t i = 0; i < world.links.addressViews().size(); ++i)
        for (const auto& order : orders->announcements)
            if (order.wish == AnnouncementOrder::Wish::announced &&
                world.links.localOf(static_cast<LocalId>(i)) == order.local)
                judgement_.announcements.push_back({static_cast<LocalId>(i),
                                                    order.port,
                                                    {&reasons::operatorAnnounced, 0, 0},
                                                    Delivery::once});
}

} // namespace subflowd::core
