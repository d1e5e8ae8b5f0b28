// SPDX-License-Identifier: BSD-3-Clause
#include "core/link_table.hpp"

#include <algorithm>

/// What the configuration, a network manager and an operator say of links. Orders go by names, as
/// [Link] does, so that they hold for a modem that comes back under another index.
namespace subflowd::core {

namespace {

/// That nothing leads to the Internet says more about who checks than about the links: whoever
/// answers may be down, or blocked everywhere.
void doubt(LinkNotes& notes, Reach LinkNote::*reach) {
    if (std::ranges::find(notes.all, Reach::internet, reach) == notes.all.end())
        for (auto& note : notes.all)
            note.*reach = Reach::unknown;
}

} // namespace

void LinkTable::configure(std::span<const LinkRule> rules, ImportFlags flags) {
    rules_.assign(rules.begin(), rules.end());
    flags_ = flags;
    judgeLinks();
}

void LinkTable::annotate(const LinkNotes& notes) {
    notes_ = notes;
    doubt(notes_, &LinkNote::ipv4);
    doubt(notes_, &LinkNote::ipv6);
    judgeLinks();
}

void LinkTable::judgeLinks() {
    for (auto& link : links_)
        applySettings(link);
    for (auto& local : locals_)
        judge(local);
    refreshViews();
}

LinkTable::LinkOrder& LinkTable::orderFor(std::string_view name) {
    const auto at = std::ranges::find(orders_, name, &LinkOrder::link);
    return at == orders_.end() ? orders_.emplace_back(LinkOrder{std::string{name}, {}, {}}) : *at;
}

const LinkTable::LinkOrder* LinkTable::orderOf(std::string_view name) const {
    const auto at = std::ranges::find(orders_, name, &LinkOrder::link);
    return at == orders_.end() ? nullptr : &*at;
}

void LinkTable::orderRole(std::string_view name, std::optional<Role> role) {
    orderFor(name).role = role;
    applyOrders();
}

void LinkTable::orderDrain(std::string_view name, request::Draining draining) {
    orderFor(name).drained = draining == request::Draining::begins;
    applyOrders();
}

void LinkTable::applyOrders() {
    std::erase_if(orders_, [](const LinkOrder& order) { return !order.role && !order.drained; });
    judgeLinks();
}

} // namespace subflowd::core
