// SPDX-License-Identifier: BSD-3-Clause
#include "core/link_table.hpp"

#include "core/hash.hpp"

#include <algorithm>
#include <bitset>

namespace subflowd::core {

namespace {

/// A link with more routes than this is a router's: what it reaches is not worth tracking, the
/// kernel's refusal tells.
constexpr std::size_t mostRoutesPerLink = 64;

std::size_t familyIndex(const IpAddress& address) {
    return address.family() == Family::ipv4 ? 0 : 1;
}

bool isTunnel(LinkKind kind) {
    return kind == LinkKind::tunnel || kind == LinkKind::wireguard;
}

bool sameRoute(const network::Route& a, const network::Route& b) {
    return a.destination == b.destination && a.table == b.table && a.metric == b.metric;
}

} // namespace

LinkTable::Applied LinkTable::apply(const NetworkChange& change) {
    Applied applied;
    if (const auto* link = std::get_if<network::Link>(&change))
        applied = set(*link);
    else if (const auto* gone = std::get_if<network::LinkGone>(&change))
        applied = unset(*gone);
    else if (const auto* address = std::get_if<network::Address>(&change))
        applied = set(*address);
    else if (const auto* addressGone = std::get_if<network::AddressGone>(&change))
        applied = unset(*addressGone);
    else if (const auto* route = std::get_if<network::Route>(&change))
        applied = set(*route);
    else if (const auto* routeGone = std::get_if<network::RouteGone>(&change))
        applied = unset(*routeGone);
    else if (std::holds_alternative<network::RulesChanged>(change))
        applied = everythingMayDiffer();
    else if (std::holds_alternative<network::DumpBegun>(change))
        beginDump();
    else
        applied = endDump();
    refreshViews();
    return dumping_ ? Applied{} : applied;
}

void LinkTable::applySettings(Link& link) const {
    const auto note = std::ranges::find(notes_.all, link.facts.name, &LinkNote::link);
    link.settings =
        settingsOf(link.facts.name, rules_, note == notes_.all.end() ? LinkNote{} : *note, flags_);
    const auto* order = orderOf(link.facts.name);
    if (order && order->role)
        link.settings.order(*order->role);
    link.drained = order && order->drained;
    link.skipped = link.facts.kind == LinkKind::loopback ||
                   (isTunnel(link.facts.kind) && !link.settings.named);
    link.allowed = link.settings.role != Role::ignore && !link.skipped;
}

LinkTable::Applied LinkTable::set(const network::Link& facts) {
    auto* link = find(facts.index);
    if (!link) {
        links_.push_back({});
        link = &links_.back();
    }
    const bool wentDown = link->facts.up && !facts.up;
    const bool cameUp = (!link->facts.up && facts.up) || (!link->facts.carrier && facts.carrier);
    link->facts = facts;
    link->seen = true;
    if (wentDown) {
        // The kernel drops IPv4 routes of a link that is set down without a word.
        link->routes.clear();
        link->crowded = false;
        summariseRoutes(*link);
    }
    const auto former = link->settings;
    applySettings(*link);
    if (cameUp)
        touch(facts.index);
    const auto effect = judgeAll(facts.index);
    const bool otherwise = link->settings != former;
    return {otherwise && effect == Effect::none ? Effect::gain : effect, facts.index};
}

LinkTable::Applied LinkTable::unset(const network::LinkGone& gone) {
    std::erase_if(links_, [&gone](const Link& link) { return link.facts.index == gone.index; });
    for (auto& local : locals_)
        if (local.link == gone.index)
            local.present = false;
    const Applied applied{judgeAll(gone.index), gone.index};
    disposeUnused();
    return applied;
}

LinkTable::Applied LinkTable::set(const network::Address& facts) {
    const auto ref = placed(facts.address, facts.link);
    auto& local = locals_[static_cast<std::size_t>(ref)];
    local.present = true;
    local.tentative = facts.tentative;
    local.deprecated = facts.deprecated;
    local.temporary = facts.temporary;
    giveHostId(local);
    if (dumping_)
        seenAddresses_.emplace_back(facts.link, facts.address);
    return {judge(local), facts.link};
}

LinkTable::Applied LinkTable::unset(const network::AddressGone& gone) {
    const auto known = find(gone.address, gone.link);
    if (!known)
        return {};
    auto& local = locals_[static_cast<std::size_t>(*known)];
    local.present = false;
    const Applied applied{judge(local), gone.link};
    dispose(*known);
    return applied;
}

LinkTable::Applied LinkTable::set(const network::Route& route) {
    auto* link = find(route.link);
    if (!link)
        return {};
    if (dumping_)
        seenRoutes_.push_back(route);
    const auto same =
        std::ranges::find_if(link->routes, [&](const auto& r) { return sameRoute(r, route); });
    if (same != link->routes.end()) {
        if (*same == route)
            return {};
        *same = route;
    } else if (link->routes.size() < mostRoutesPerLink) {
        link->routes.push_back(route);
    } else {
        link->crowded = true;
        return {judgeAll(route.link), route.link};
    }
    summariseRoutes(*link);
    touch(route.link);
    judgeAll(route.link);
    const bool useful = std::ranges::any_of(locals_, [&route](const Local& local) {
        return local.link == route.link && local.usability == Usability::usable;
    });
    return {useful ? Effect::gain : Effect::none, route.link};
}

LinkTable::Applied LinkTable::unset(const network::RouteGone& gone) {
    auto* link = find(gone.route.link);
    if (!link)
        return {};
    std::erase_if(link->routes, [&](const auto& route) { return sameRoute(route, gone.route); });
    summariseRoutes(*link);
    return {judgeAll(gone.route.link), gone.route.link};
}

LinkTable::Applied LinkTable::everythingMayDiffer() {
    distrust();
    return {Effect::gain, noLink};
}

void LinkTable::beginDump() {
    dumping_ = true;
    seenAddresses_.clear();
    seenRoutes_.clear();
    for (auto& link : links_)
        link.seen = false;
}

LinkTable::Applied LinkTable::endDump() {
    dumping_ = false;
    std::vector<LinkIndex> gone;
    for (const auto& link : links_)
        if (!link.seen)
            gone.push_back(link.facts.index);
    for (const auto index : gone)
        unset(network::LinkGone{index});
    for (auto& link : links_) {
        std::erase_if(link.routes, [this](const auto& route) {
            return std::ranges::find(seenRoutes_, route) == seenRoutes_.end();
        });
        const auto told = std::ranges::count(seenRoutes_, link.facts.index, &network::Route::link);
        link.crowded = static_cast<std::size_t>(told) > mostRoutesPerLink;
        summariseRoutes(link);
    }
    for (auto& local : locals_)
        if (std::ranges::find(seenAddresses_, std::pair{local.link, local.address}) ==
            seenAddresses_.end())
            local.present = false;
    for (auto& local : locals_)
        judge(local);
    disposeUnused();
    return {Effect::gain, noLink};
}

LinkTable::Link* LinkTable::find(LinkIndex index) {
    const auto at = std::ranges::find_if(
        links_, [index](const Link& link) { return link.facts.index == index; });
    return at == links_.end() ? nullptr : &*at;
}

const LinkTable::Link* LinkTable::find(LinkIndex index) const {
    const auto at = std::ranges::find_if(
        links_, [index](const Link& link) { return link.facts.index == index; });
    return at == links_.end() ? nullptr : &*at;
}

std::optional<LocalRef> LinkTable::find(const IpAddress& address, LinkIndex link) const {
    std::optional<std::uint32_t> absent;
    const auto at = byAddress_.find(hashOf(address), [&](std::uint32_t position) {
        const auto& local = locals_[position];
        if (local.address != address || (link != noLink && local.link != link))
            return false;
        if (link == noLink && !local.present) {
            absent = position; // an address that is on the host is a better answer
            return false;
        }
        return true;
    });
    const auto found = at ? at : absent;
    return found ? std::optional{static_cast<LocalRef>(*found)} : std::nullopt;
}

/// A connection may be told of before the address that it began on: it has waited for its link.
LocalRef LinkTable::placed(const IpAddress& address, LinkIndex link) {
    if (const auto there = find(address, link))
        return *there;
    const auto waiting = find(address, noLink);
    if (!waiting || locals_[static_cast<std::size_t>(*waiting)].link != noLink)
        return add(address, link);
    locals_[static_cast<std::size_t>(*waiting)].link = link;
    return *waiting;
}

LocalRef LinkTable::add(const IpAddress& address, LinkIndex link) {
    if (free_.empty()) {
        free_.push_back(static_cast<LocalRef>(locals_.size()));
        locals_.push_back({});
    }
    const auto ref = free_.back();
    free_.pop_back();
    auto& local = locals_[static_cast<std::size_t>(ref)];
    const auto serial = local.serial + 1;
    local = {};
    local.address = address;
    local.link = link;
    local.serial = serial;
    local.usability = Usability::gone;
    local.vacant = false;
    byAddress_.insert(hashOf(address), static_cast<std::uint32_t>(ref));
    return ref;
}

void LinkTable::dispose(LocalRef ref) {
    auto& local = locals_[static_cast<std::size_t>(ref)];
    if (local.present || local.users > 0 || local.vacant)
        return;
    local.vacant = true;
    byAddress_.erase(hashOf(local.address), static_cast<std::uint32_t>(ref));
    local.hostId = AddressId{};
    local.address = {};
    local.link = noLink;
    free_.push_back(ref);
}

void LinkTable::disposeUnused() {
    for (std::size_t i = 0; i < locals_.size(); ++i)
        dispose(static_cast<LocalRef>(i));
}

LocalRef LinkTable::acquire(const IpAddress& address, LinkIndex link) {
    const auto known = find(address, link);
    const auto ref = known ? *known : add(address, link);
    retain(ref);
    return ref;
}

void LinkTable::release(LocalRef ref) {
    auto& local = locals_[static_cast<std::size_t>(ref)];
    if (--local.users == 0)
        dispose(ref);
}

bool LinkTable::isOwn(const IpAddress& address) const {
    return byAddress_
        .find(
            hashOf(address),
            [&](std::uint32_t at) { return locals_[at].present && locals_[at].address == address; })
        .has_value();
}

bool LinkTable::isNeighbour(const IpAddress& address) const {
    return std::ranges::any_of(links_, [&address](const Link& link) {
        return std::ranges::any_of(link.routes, [&address](const network::Route& route) {
            return route.gateway.scope() == Scope::unspecified && route.destination.length() > 0 &&
                   route.destination.contains(address);
        });
    });
}

LinkIndex LinkTable::vrfOf(const Link& link) const {
    const auto* master = find(link.facts.master);
    return master && master->facts.kind == LinkKind::vrf ? link.facts.master : noLink;
}

LinkIndex LinkTable::confinement(LinkIndex index) const {
    const auto* link = find(index);
    if (!link)
        return noLink;
    const bool foreignTunnel = isTunnel(link->facts.kind) && link->skipped;
    return foreignTunnel ? index : vrfOf(*link);
}

bool LinkTable::isInside(LocalRef ref, LinkIndex confinement) const {
    const auto& local = LinkTable::local(ref);
    return local.vrf == confinement || (confinement != noLink && local.link == confinement);
}

/// One id per address, whatever the link: the kernel's table knows addresses only.
void LinkTable::giveHostId(Local& local) const {
    if (local.hostId != AddressId{})
        return;
    std::bitset<256> taken;
    taken.set(0);
    taken.set(255);
    for (const auto& other : locals_) {
        if (other.hostId == AddressId{})
            continue;
        if (other.address == local.address) {
            local.hostId = other.hostId;
            return;
        }
        taken.set(static_cast<std::size_t>(other.hostId));
    }
    for (std::size_t id = 1; id < 255; ++id)
        if (!taken.test(id)) {
            local.hostId = static_cast<AddressId>(id);
            return;
        }
}

LinkTable::Effect LinkTable::judge(Local& local) const {
    const auto before = local.usability;
    const auto* link = find(local.link);
    local.usability = verdict(local, link);
    local.drained = link && link->drained;
    const auto settings = link ? link->settings : LinkSettings{};
    local.role = settings.role;
    local.named = settings.named;
    local.mostSubflows = settings.subflows;
    local.leaving = settings.leaving;
    const bool wasOffline = local.offline;
    local.offline = settings.reach[familyIndex(local.address)] == Reach::local;
    if (wasOffline && !local.offline)
        ++local.serial; // what failed meanwhile says nothing
    local.vrf = link ? vrfOf(*link) : noLink;
    local.reachesAll = link && (link->crowded || link->defaultRoute[familyIndex(local.address)]);
    if (before == local.usability)
        return Effect::none;
    if (local.usability == Usability::usable) {
        ++local.serial;
        return Effect::gain;
    }
    return before == Usability::usable || local.usability == Usability::gone ? Effect::loss
                                                                             : Effect::none;
}

LinkTable::Effect LinkTable::judgeAll(LinkIndex link) {
    auto effect = Effect::none;
    for (auto& local : locals_) {
        if (local.link != link)
            continue;
        const auto one = judge(local);
        if (one != Effect::none && effect != Effect::loss)
            effect = one;
    }
    return effect;
}

void LinkTable::touch(LinkIndex link) {
    for (auto& local : locals_)
        if (local.link == link)
            ++local.serial;
}

void LinkTable::distrust() {
    for (auto& local : locals_)
        ++local.serial;
}

void LinkTable::summariseRoutes(Link& link) const {
    link.defaultRoute[0] = link.defaultRoute[1] = false;
    for (const auto& route : link.routes)
        if (route.destination.length() == 0)
            link.defaultRoute[familyIndex(route.destination.address())] = true;
}

Usability LinkTable::verdict(const Local& local, const Link* link) const {
    if (!local.present || !link)
        return Usability::gone;
    if (!link->allowed)
        return Usability::ignored;
    if (!link->facts.up || !link->facts.carrier)
        return Usability::linkDown;
    if (local.tentative)
        return Usability::tentative;
    const auto scope = local.address.scope();
    if (scope != Scope::global && scope != Scope::unique)
        return Usability::wrongScope;
    if (local.deprecated)
        return Usability::deprecated;
    const bool anyRoute =
        link->crowded || std::ranges::any_of(link->routes, [&local](const auto& route) {
            return route.destination.address().family() == local.address.family();
        });
    if (!anyRoute)
        return Usability::noRoute;
    return link->drained ? Usability::ignored : Usability::usable;
}

bool LinkTable::reaches(const Link& link, const IpAddress& remote) {
    return std::ranges::any_of(
        link.routes, [&remote](const auto& route) { return route.destination.contains(remote); });
}

Usability LinkTable::usability(LocalRef ref, const IpAddress& remote) const {
    const auto& local = LinkTable::local(ref);
    if (local.usability != Usability::usable)
        return local.usability;
    const auto scope = remote.scope();
    const bool far = scope == Scope::global || scope == Scope::unique;
    // A unique local IPv6 address is not translated on its way, so nothing global answers to it.
    const bool stranded = local.address.family() == Family::ipv6 &&
                          local.address.scope() == Scope::unique && scope != Scope::unique;
    if (!far || stranded || remote.family() != local.address.family())
        return Usability::wrongScope;
    if (!local.reachesAll && !reaches(*find(local.link), remote))
        return Usability::noRoute;
    return local.offline && scope == Scope::global ? Usability::noInternet : Usability::usable;
}

std::string_view LinkTable::name(LinkIndex index) const {
    const auto* link = find(index);
    return link ? std::string_view{link->facts.name} : std::string_view{};
}

void LinkTable::refreshViews() {
    linkViews_.clear();
    standby_ = false;
    for (const auto& link : links_) {
        linkViews_.push_back({link.facts.index, link.facts.name, link.facts.kind,
                              link.settings.role, link.facts.up && link.facts.carrier,
                              link.settings.metered});
        standby_ = standby_ || link.settings.role == Role::standby;
    }
    addressViews_.clear();
    viewed_.clear();
    choice_ = false;
    auto first = noLink;
    for (std::size_t i = 0; i < locals_.size(); ++i) {
        const auto& local = locals_[i];
        if (!local.present)
            continue;
        addressViews_.push_back({local.address, local.link, local.usability, local.temporary});
        viewed_.push_back(static_cast<LocalRef>(i));
        if (local.usability != Usability::usable)
            continue;
        choice_ = choice_ || (first != noLink && first != local.link);
        first = local.link;
    }
}

std::vector<LinkReport> LinkTable::report() const {
    std::vector<LinkReport> reports;
    for (const auto& link : links_) {
        LinkReport report{link.facts.index,      link.facts.name,
                          link.facts.kind,       link.settings.role,
                          link.settings.source,  link.facts.up && link.facts.carrier,
                          link.settings.metered, {},
                          link.drained};
        for (const auto& view : addressViews_)
            if (view.link == link.facts.index)
                report.addresses.push_back(view);
        reports.push_back(std::move(report));
    }
    return reports;
}

} // namespace subflowd::core
