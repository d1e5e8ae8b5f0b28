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

/// What failed before the sleep says nothing of the network that is there now.
void Sweeper::handle(const Resumed& resumed) {
    world_.links.distrust();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(resumed.slept).count();
    world_.log(LogRecord::Level::info,
               "the host slept for " + std::to_string(seconds) + " s: every path may be another");
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
    const bool gains = effect == LinkTable::Effect::gain;
    const auto* what = gains ? ": there is more to use" : ": there is less to use";
    world_.log({LogRecord::Level::info,
                {},
                link,
                std::string{world_.links.name(link)} + what,
                gains ? LogTopic::moreToUse : LogTopic::lessToUse});
}

/// Everything once more, from where the last sweep stands. Where the table ends is seen on arrival:
/// it grows and shrinks meanwhile.
void Sweeper::start() {
    stretch_ = Stretch::toTheEnd;
    stop_ = cursor_;
}

std::optional<std::size_t> Sweeper::nextSlot() {
    if (stretch_ == Stretch::toTheEnd && cursor_ >= world_.connections.slots()) {
        stretch_ = Stretch::toItsBegin;
        cursor_ = 0;
    }
    if (stretch_ == Stretch::toItsBegin && cursor_ >= stop_)
        stretch_ = Stretch::none;
    if (stretch_ == Stretch::none)
        return std::nullopt;
    return cursor_++;
}

void Sweeper::work() {
    endDebounces();
    if (world_.sweepWanted) {
        world_.sweepWanted = false;
        start();
    }
    workTimers();
    workLine();
    workSweep();
    world_.listeners.takeIdle(world_.now, world_.outcome.listeners);
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
    std::size_t looked = 0;
    while (!world_.timers.empty() && world_.timers.first().at <= world_.now &&
           looked < connectionsPerSlice && !sliceIsFull()) {
        const auto due = world_.timers.first();
        world_.timers.pop();
        auto* connection = world_.connections.find(due.token);
        if (!connection || connection->timer != due.at)
            continue;
        connection->timer = never;
        ++looked;
        evaluator_.evaluate(world_, *connection);
    }
}

/// Budgets fill with time and by what is given back; the first in the line are served first, and
/// those that still cannot afford anything stand at its end again.
void Sweeper::workLine() {
    if (world_.line.empty() || world_.now < nextLine_)
        return;
    auto due = std::min(world_.line.size(), connectionsOfLine);
    std::size_t served = 0;
    for (; served < due && !sliceIsFull(); ++served) {
        auto* connection = world_.connections.find(world_.line[served]);
        if (!connection || !connection->queued)
            continue;
        connection->queued = false;
        evaluator_.evaluate(world_, *connection);
    }
    world_.line.erase(world_.line.begin(),
                      world_.line.begin() + static_cast<std::ptrdiff_t>(served));
    if (served == due)
        nextLine_ = world_.now + lineInterval;
}

void Sweeper::workSweep() {
    for (std::size_t looked = 0; looked < connectionsPerSlice && !sliceIsFull(); ++looked) {
        const auto slot = nextSlot();
        if (!slot)
            return;
        if (auto* connection = world_.connections.at(*slot))
            evaluator_.evaluate(world_, *connection);
    }
}

bool Sweeper::sliceIsFull() const {
    return world_.outcome.commands.size() >= commandsPerSlice;
}

Instant Sweeper::nextWork() {
    if (stretch_ != Stretch::none || world_.sweepWanted)
        return world_.now;
    auto next = world_.listeners.nextIdle();
    if (!world_.line.empty())
        next = std::min(next, std::max(nextLine_, world_.now));
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
