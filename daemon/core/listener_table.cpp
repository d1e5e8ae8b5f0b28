// SPDX-License-Identifier: BSD-3-Clause
#include "core/listener_table.hpp"

#include <algorithm>

namespace subflowd::core {

namespace {

template <class Entry>
bool isIdle(const Entry& entry) {
    return entry.state == ListenerTable::State::open && entry.users == 0;
}

} // namespace

ListenerTable::Entry* ListenerTable::find(const Endpoint& local) {
    const auto at = std::ranges::find(entries_, local, &Entry::local);
    return at == entries_.end() ? nullptr : &*at;
}

ListenerTable::Entry& ListenerTable::entryOf(const Endpoint& local) {
    auto* known = find(local);
    return known ? *known : entries_.emplace_back(Entry{local, State::opening, 0, {}});
}

ListenerTable::State ListenerTable::state(const Endpoint& local, Instant now) {
    const auto* entry = find(local);
    const bool stale = entry && entry->state == State::refused && now - entry->since >= patience;
    return entry && !stale ? entry->state : State::none;
}

void ListenerTable::setOpening(const Endpoint& local) {
    entryOf(local).state = State::opening;
}

void ListenerTable::setOpen(const Endpoint& local, Instant now) {
    auto& entry = entryOf(local);
    entry.state = State::open;
    entry.since = now;
}

void ListenerTable::setRefused(const Endpoint& local, Instant now) {
    auto& entry = entryOf(local);
    entry.state = State::refused;
    entry.since = now;
}

void ListenerTable::forgetRefused() {
    std::erase_if(entries_, [](const Entry& entry) { return entry.state == State::refused; });
}

void ListenerTable::use(const Endpoint& local) {
    ++entryOf(local).users;
}

void ListenerTable::leave(const Endpoint& local, Instant now) {
    auto* entry = find(local);
    if (entry && entry->users > 0 && --entry->users == 0)
        entry->since = now;
}

void ListenerTable::takeIdle(Instant now, std::vector<ListenerRequest>& requests) {
    std::erase_if(entries_, [&](const Entry& entry) {
        if (!isIdle(entry) || now - entry.since < linger)
            return false;
        requests.push_back({ListenerRequest::Action::close, entry.local});
        return true;
    });
}

Instant ListenerTable::nextIdle() const {
    auto next = never;
    for (const auto& entry : entries_)
        if (isIdle(entry))
            next = std::min(next, entry.since + linger);
    return next;
}

} // namespace subflowd::core
