// SPDX-License-Identifier: BSD-3-Clause
#include "core/sweeper.hpp"

#include "core/rules.hpp"

#include <algorithm>
#include <string>

namespace subflowd::core {

void Sweeper::handle(const NetworkChange& change) {
    const auto applied = world_.links.apply(change);
    if (applied.effect == LinkTable::Effect::none)
        return;
    publishUsability(applied.link, applied.effect);
    auto calm = std::ranges::find(calms_, applied.link, &Calm::link);
    if (calm == calms_.end())
        calm = calms_.insert(calms_.end(), {applied.link});
    const bool restless = world_.now < calm->until;
    const bool reversed = calm->direction != applied.effect;
    calm->direction = applied.effect;
    if (restless && (reversed || calm->pending)) {
        calm->pending = true;
        return;
    }
    calm->until = world_.now + debounceTime;
    start();
}

void Sweeper::publishUsability(LinkIndex link, LinkTable::Effect effect) {
    if (link == noLink)
        return;
    Change change;
    change.kind =
        effect == LinkTable::Effect::gain ? Change::Kind::linkUsable : Change::Kind::linkUnusable;
    change.link = link;
    world_.publish(change);
    const auto* what =
        effect == LinkTable::Effect::gain ? ": there is more to use" : ": there is less to use";
    world_.log(LogRecord::Level::info, std::string{world_.links.name(link)} + what, {}, link);
}

/// Everything once more, from where the last sweep stands.
void Sweeper::start() {
    remaining_ = world_.connections.slots();
}

void Sweeper::work() {
    endDebounces();
    if (world_.sweepWanted) {
        world_.sweepWanted = false;
        start();
    }
    workTimers();
    workSweep();
}

void Sweeper::endDebounces() {
    bool due = false;
    std::erase_if(calms_, [&](const Calm& calm) {
        if (calm.until > world_.now)
            return false;
        due = due || calm.pending;
        return true;
    });
    if (due)
        start();
}

void Sweeper::workTimers() {
    while (!world_.timers.empty() && world_.timers.first().at <= world_.now && !sliceIsFull()) {
        const auto due = world_.timers.first();
        world_.timers.pop();
        auto* connection = world_.connections.find(due.token);
        if (!connection || connection->timer != due.at)
            continue;
        connection->timer = never;
        evaluator_.evaluate(world_, *connection);
    }
}

void Sweeper::workSweep() {
    std::size_t looked = 0;
    while (remaining_ > 0 && looked < connectionsPerSlice && !sliceIsFull()) {
        if (cursor_ >= world_.connections.slots())
            cursor_ = 0;
        auto& connection = world_.connections.slot(cursor_);
        ++cursor_;
        --remaining_;
        ++looked;
        if (connection.used)
            evaluator_.evaluate(world_, connection);
    }
}

bool Sweeper::sliceIsFull() const {
    return world_.outcome.commands.size() >= commandsPerSlice;
}

Instant Sweeper::nextWork() {
    if (remaining_ > 0 || world_.sweepWanted)
        return world_.now;
    auto next = never;
    for (const auto& calm : calms_)
        if (calm.pending)
            next = std::min(next, calm.until);
    while (!world_.timers.empty()) {
        const auto& first = world_.timers.first();
        const auto* connection = world_.connections.find(first.token);
        if (connection && connection->timer == first.at)
            return std::min(next, first.at);
        world_.timers.pop(); // its connection is gone, or is looked at earlier
    }
    return next;
}

} // namespace subflowd::core
