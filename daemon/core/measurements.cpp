// SPDX-License-Identifier: BSD-3-Clause
#include "core/measurements.hpp"

#include <algorithm>

namespace subflowd::core {

namespace {

/// Bytes a second; 0 for a time that is none.
std::uint64_t rateOf(std::uint64_t bytes, Duration time) {
    using Seconds = std::chrono::duration<double>;
    const auto seconds = std::chrono::duration_cast<Seconds>(time).count();
    return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(bytes) / seconds) : 0;
}

/// A subflow that took the ports of another counts from 0 again.
std::uint64_t grownBy(std::uint64_t now, std::uint64_t before) {
    return now >= before ? now - before : now;
}

} // namespace

void Measurements::want(Token token, Duration period, const std::vector<Note>& notes, Instant now) {
    if (period == Duration::max() && notes.empty())
        return forget(token);
    auto& entry = entries_[token];
    entry.notes = notes;
    if (period == Duration::max()) {
        entry.period = period;
        entry.due = never;
        entry.subflows.clear();
        return;
    }
    period = std::max(period, quickest);
    if (entry.period != period)
        entry.due = std::min(entry.due, now + period);
    entry.period = period;
    next_ = std::min(next_, entry.due);
}

void Measurements::forget(Token token) {
    if (!entries_.empty())
        entries_.erase(token);
    if (entries_.empty())
        next_ = never;
}

void Measurements::forgetNotes() {
    for (auto& [token, entry] : entries_)
        entry.notes.clear();
}

void Measurements::begin(Instant now) {
    begun_ = now;
}

/// One look serves all who would be due soon: it costs the same for one as for all.
bool Measurements::isTaken(const Entry& entry) const {
    return entry.due != never && entry.due <= begun_ + entry.period / 4;
}

void Measurements::take(const HealthSample& sample, Instant now) {
    const auto known = entries_.find(sample.token);
    if (known == entries_.end() || !isTaken(known->second))
        return;
    auto& subflows = known->second.subflows;
    auto at = std::ranges::find(subflows, sample.tuple, &Measured::tuple);
    if (at == subflows.end())
        at = subflows.insert(subflows.end(), {sample.tuple, {}});
    const auto before = at->last;
    const bool seen = before.when != Instant{};
    at->last = {now,
                sample.acknowledged,
                sample.received,
                seen ? rateOf(grownBy(sample.acknowledged, before.acknowledged), now - before.when)
                     : 0,
                sample.deliveryRate,
                sample.pacingRate,
                sample.leastRoundTrip};
}

const std::vector<Token>& Measurements::finish(Instant now) {
    finished_.clear();
    next_ = never;
    for (auto& [token, entry] : entries_) {
        if (isTaken(entry)) {
            std::erase_if(entry.subflows,
                          [this](const Measured& one) { return one.last.when < begun_; });
            entry.due = now + entry.period;
            finished_.push_back(token);
        }
        next_ = std::min(next_, entry.due);
    }
    std::ranges::sort(finished_); // the order of a hash table is no order
    return finished_;
}

const Measurements::Entry* Measurements::find(Token token) const {
    if (entries_.empty()) // nearly always, and not worth a hash
        return nullptr;
    const auto known = entries_.find(token);
    return known == entries_.end() ? nullptr : &known->second;
}

bool Measurements::has(Token token) const {
    const auto* entry = find(token);
    return entry && entry->due != never;
}

Measurement Measurements::of(Token token, const FourTuple& tuple) const {
    const auto* entry = find(token);
    if (!entry)
        return {};
    const auto at = std::ranges::find(entry->subflows, tuple, &Measured::tuple);
    return at == entry->subflows.end() ? Measurement{} : at->last;
}

Memory Measurements::memory(Token token, Voice policy) const {
    const auto* entry = find(token);
    if (!entry)
        return {};
    const auto at = std::ranges::find(entry->notes, policy, &Note::policy);
    return at == entry->notes.end() ? Memory{} : at->memory;
}

} // namespace subflowd::core
