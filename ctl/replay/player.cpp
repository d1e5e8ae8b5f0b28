// SPDX-License-Identifier: BSD-3-Clause
#include "replay/player.hpp"

#include <algorithm>

namespace subflowd::ctl::replay {

void Player::play(const recording::Entry& entry) {
    std::visit([&](const auto& what) { play(entry.when, what); }, entry.what);
}

Summary Player::end() {
    settle({});
    summary_.assumptions = stand_.assumed();
    summary_.firstDifference = stand_.firstDifference();
    return summary_;
}

void Player::play(Instant when, const core::Input& input) {
    ++summary_.inputs;
    advance(when);
    for (const auto& told : stand_.translate(input))
        step(when, told, Basis::recorded);
}

void Player::play(Instant when, const recording::Configured& configured) {
    advance(when);
    auto configuration = callbacks_.configure(configured);
    if (!engine_)
        engine_ = std::make_unique<core::Engine>(std::move(configuration));
    else if (configuration)
        step(when, core::Configured{std::move(configuration)}, Basis::recorded);
}

void Player::play(Instant /*when*/, const recording::Issued& issued) {
    summary_.recordedCommands += issued.commands.size();
    settle(issued.commands);
}

void Player::play(Instant when, const recording::Gap& gap) {
    advance(when);
    summary_.lost += gap.lines;
    stand_.gap(when);
}

/// What the recorded core was told by its clock this one is told, too, until it does something
/// else; then its own timers count.
void Player::advance(Instant until) {
    settle({});
    for (;;) {
        const auto timer = stand_.inStep() ? never : wake_;
        const auto next = std::min(stand_.nextDue(), timer);
        if (next > until)
            return;
        const auto when = std::max(next, now_);
        if (stand_.nextDue() <= timer)
            step(when, stand_.takeDue(), Basis::assumed);
        else
            step(when, core::Tick{}, Basis::recorded);
        settle({});
    }
}

void Player::settle(const std::vector<core::IssuedCommand>& recorded) {
    if (recorded.empty() && issued_.empty())
        return;
    stand_.settle(now_, recorded, issued_);
    issued_.clear();
}

void Player::step(Instant when, const core::Input& input, Basis basis) {
    if (!engine_)
        return;
    now_ = when;
    const auto& outcome = engine_->step(when, input);
    for (const auto& change : outcome.changes)
        callbacks_.show(when, change, basis);
    for (const auto& [action, local] : outcome.listeners)
        if (action == core::ListenerRequest::Action::open)
            stand_.listen(when, local);
    issued_.insert(issued_.end(), outcome.commands.begin(), outcome.commands.end());
    summary_.replayedCommands += outcome.commands.size();
    wake_ = outcome.wake;
}

} // namespace subflowd::ctl::replay
