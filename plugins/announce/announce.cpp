// SPDX-License-Identifier: BSD-3-Clause
#include "announce.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace subflowd::announce {

namespace {

constexpr ReasonText named{"announce-named", "Addresses= of announce names it"};
constexpr ReasonText linkNamed{"announce-link-named", "Addresses= of announce names its link"};
constexpr ReasonText automatic{"announce-auto", "announce takes every address that clients reach"};
constexpr ReasonText endpoint{"announce-endpoint",
                              "an endpoint of the kernel is to be announced (signal)"};
constexpr ReasonText again{
    "announce-again", "once more, because the client lost its subflows there: time {0} of {1}"};

Family otherThan(Family family) {
    return family == Family::ipv4 ? Family::ipv6 : Family::ipv4;
}

const ReasonText& textOf(Item::Kind kind) {
    switch (kind) {
    case Item::Kind::address:
        return named;
    case Item::Kind::links:
        return linkNamed;
    case Item::Kind::automatic:
        break;
    }
    return automatic;
}

bool isMeant(const Item& item, const AddressView& address, const HostView& host) {
    if (item.kind == Item::Kind::automatic)
        return true;
    if (item.kind == Item::Kind::address)
        return item.address == address.address;
    const auto link = std::ranges::find(host.links, address.link, &LinkView::index);
    return link != host.links.end() && fitsLinkPattern(item.links, link->name);
}

/// Whether an address can be told to a peer: what is private is nobody's business elsewhere, and
/// nothing is gained by telling this host about itself.
bool isFor(const IpAddress& peer, const AddressView& address) {
    const auto scope = address.address.scope();
    const bool reached =
        scope == Scope::global || (scope == Scope::unique && peer.scope() == Scope::unique);
    return address.usability == Usability::usable && reached && peer.scope() != Scope::loopback;
}

/// Whether the client had subflows to a local address and has none any more.
bool lost(const ConnectionView& connection, const IpAddress& local) {
    bool had = false;
    for (const auto& path : connection.paths) {
        if (path.local != local)
            continue;
        if (path.subflows > 0)
            return false;
        had = had || path.lastChange != Instant{};
    }
    return had;
}

/// Whether anything can be told to the peer.
bool isReachable(const ConnectionView& connection) {
    return std::ranges::find(connection.subflows, SubflowState::up, &SubflowView::state) !=
           connection.subflows.end();
}

} // namespace

Announce::Announce(const Settings& given) : items_(readItems(given)) {
    const auto most = given.number("MaxAgain", 0, 250, 5);
    if (given.truth("Again", true))
        maxAgain_ = static_cast<std::uint8_t>(most);
    againAfter_ = std::chrono::seconds(given.number("AgainAfter", 1, 86'400, 30));
}

void Announce::plan(const ConnectionView& connection, const HostView& host, Plan& plan) {
    if (connection.side == Side::client)
        return;
    const Call call{connection, host, plan};
    const auto own = connection.remote.address.family();
    for (const auto family : {own, otherThan(own)}) {
        if (items_.empty())
            sayEndpoints(call, family);
        else
            sayItems(call, family);
    }
}

void Announce::sayEndpoints(const Call& call, Family family) const {
    for (const auto& signal : call.host.signalEndpoints) {
        if (signal.endpoint.address.family() != family)
            continue;
        for (std::size_t i = 0; i < call.host.addresses.size(); ++i) {
            const auto& address = call.host.addresses[i];
            const bool there = signal.link == noLink || signal.link == address.link;
            if (there && signal.endpoint.address == address.address)
                say(call, static_cast<LocalId>(i),
                    {signal.endpoint.port, Item::Kind::links, &endpoint});
        }
    }
}

void Announce::sayItems(const Call& call, Family family) const {
    for (const auto& item : items_)
        for (std::size_t i = 0; i < call.host.addresses.size(); ++i) {
            const auto& address = call.host.addresses[i];
            if (address.address.family() == family && isMeant(item, address, call.host))
                say(call, static_cast<LocalId>(i), {item.port, item.kind, &textOf(item.kind)});
        }
}

void Announce::say(const Call& call, LocalId local, const Source& source) const {
    const auto& connection = call.connection;
    const auto& address = call.host.addresses[static_cast<std::size_t>(local)];
    const auto port = source.port == connection.local.port ? std::uint16_t{0} : source.port;
    const bool initial = address.address == connection.local.address && port == 0;
    // An IPv4 socket has no use for IPv6; whether the client's is one, only an administrator knows.
    const bool useless = address.address.family() == Family::ipv6 &&
                         connection.remote.address.family() == Family::ipv4 &&
                         source.kind != Item::Kind::address;
    if (initial || useless || !isFor(connection.remote.address, address))
        return;
    const bool said = std::ranges::any_of(call.plan.announcements(), [&](const auto& other) {
        return other.port == port &&
               call.host.addresses[static_cast<std::size_t>(other.local)].address ==
                   address.address;
    });
    if (said)
        return;
    const auto known = std::ranges::find(connection.announcements, Endpoint{address.address, port},
                                         &AnnouncementView::local);
    const bool there = known != connection.announcements.end();
    const auto delivery = there ? deliveryOf(call, *known) : Delivery::once;
    const Reason reason = delivery == Delivery::again ? Reason{&again, known->times, maxAgain_}
                                                      : Reason{source.reason, 0, 0};
    call.plan.announce(local, port, reason, delivery);
}

/// Whether an announcement is due again. May ask to be asked again.
Delivery Announce::deliveryOf(const Call& call, const AnnouncementView& known) const {
    if (known.times > maxAgain_ || !lost(call.connection, known.local.address) ||
        !isReachable(call.connection))
        return Delivery::once;
    const auto due = known.since + againAfter_;
    if (due <= call.host.now)
        return Delivery::again;
    call.plan.askAgain(due);
    return Delivery::once;
}

} // namespace subflowd::announce
