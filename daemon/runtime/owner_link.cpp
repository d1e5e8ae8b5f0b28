// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/owner_link.hpp"

#include <utility>

namespace subflowd::runtime {

OwnerLink::OwnerLink(EventLoop& loop) {
    loop.watch(dump_.fd(), EventLoop::Turn::rest, [this] { onRows(); });
}

std::optional<dbus::UserId> OwnerLink::ownerOf(Token token) {
    const auto user = query_.ownerOf(token);
    return user ? std::optional{dbus::UserId{*user}} : std::nullopt;
}

void OwnerLink::ask(Told told) {
    asking_.push_back(std::move(told));
    if (asking_.size() == 1)
        startNext();
}

/// A kernel that cannot even take the question is short of memory: then nobody owns anything.
void OwnerLink::startNext() {
    while (!asking_.empty() && dump_.start() == Part::last)
        tellFirst();
}

void OwnerLink::onRows() {
    rows_.clear();
    const auto part = dump_.receive(rows_);
    for (const auto& [token, user] : rows_)
        owners_.insert_or_assign(token, dbus::UserId{user});
    if (part == Part::more || asking_.empty())
        return;
    tellFirst();
    startNext();
}

void OwnerLink::tellFirst() {
    const auto told = std::move(asking_.front());
    asking_.pop_front();
    told(std::exchange(owners_, {}));
}

} // namespace subflowd::runtime
