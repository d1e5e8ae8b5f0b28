// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/handshake_spin.hpp"

#include <algorithm>

namespace subflowd::runtime {

namespace {

/// The loop comes back this late only if somebody else had the processor.
constexpr Duration notAlone = std::chrono::microseconds(200);

} // namespace

HandshakeSpin::HandshakeSpin(config::Spin setting, Processors processors)
    : learns_(setting.mode == config::Spin::Mode::automatic) {
    if (learns_ && processors == Processors::several)
        cap_ = automaticCap;
    if (setting.mode == config::Spin::Mode::fixed)
        cap_ = setting.longest;
}

void HandshakeSpin::created(Instant now, Token token) {
    if (!isOn())
        return;
    if (token_ != Token{} && now - begun_ > cap_)
        judge(now - begun_); // of the one before, which has not come so far yet
    if (until_ != Instant{})
        spend(now);
    save(now);
    token_ = token;
    begun_ = now;
    const bool pays = !learns_ || worth_ >= leastWorth;
    if (pays && budget_ >= cap_)
        until_ = now + cap_;
}

void HandshakeSpin::established(Instant now, Token token) {
    if (!isOn() || token != token_)
        return;
    judge(now - begun_);
    if (until_ != Instant{})
        spend(now);
    token_ = {};
}

void HandshakeSpin::gaveUp(Instant now) {
    if (now - until_ > notAlone)
        worth_ = std::max(worth_ - 4, 0);
    spend(now);
}

/// One that is too long takes back what two short ones gave: to sleep in vain costs little.
void HandshakeSpin::judge(Duration handshake) {
    worth_ = handshake <= cap_ ? std::min(worth_ + 1, mostWorth) : std::max(worth_ - 2, 0);
}

void HandshakeSpin::save(Instant now) {
    const auto earned = (now - saved_) / shareOfTime;
    budget_ = earned < mostSaved ? std::min(budget_ + earned, mostSaved) : mostSaved;
    saved_ = now;
}

void HandshakeSpin::spend(Instant now) {
    budget_ -= std::min(now, until_ + notAlone) - begun_;
    until_ = {};
}

} // namespace subflowd::runtime
