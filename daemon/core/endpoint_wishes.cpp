// SPDX-License-Identifier: BSD-3-Clause
#include "core/endpoint_wishes.hpp"

#include "core/link_table.hpp"
#include "core/reasons.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace subflowd::core {

namespace {

struct Judged {
    EndpointWish wish;
    bool temporary = false;
    std::size_t rank = 0; ///< among the wanted ones of its link and family
};

bool isForBadTimes(const Local& local) {
    return local.role != Role::primary || local.leaving || local.drained;
}

/// It could be used if an operator did not drain its link.
bool isOnlyDrained(const Local& local) {
    return local.drained && local.usability == Usability::ignored && local.role != Role::ignore;
}

std::pair<Stance, const ReasonText*> judge(const Local& local) {
    if (local.usability == Usability::deprecated)
        return {Stance::keep, &reasons::addressDeprecated};
    if (isOnlyDrained(local)) // without the endpoint the kernel would close the subflows at once
        return {Stance::keep, &reasons::linkDrained};
    if (local.usability != Usability::usable)
        return {Stance::none, reasons::textOf(local.usability)};
    if (local.leaving)
        return {Stance::keep, &reasons::linkLeaves};
    if (local.offline)
        return {Stance::keep, &reasons::noInternet};
    if (!local.named && local.vrf != noLink)
        return {Stance::none, &reasons::linkInVrf};
    if (!local.named && !local.reachesAll)
        return {Stance::none, &reasons::noDefaultRoute};
    return {Stance::want, isForBadTimes(local) ? &reasons::linkForBadTimes : &reasons::linkCarries};
}

Judged judged(const Local& local, EndpointFlags flags) {
    const auto [stance, reason] = judge(local);
    Judged result{{local.address, local.link, stance, EndpointFlags::none, reason},
                  local.temporary};
    if (stance != Stance::none)
        result.wish.flags = isForBadTimes(local) ? flags | EndpointFlags::backup : flags;
    return result;
}

/// Whether another address is the better one of its link.
bool isOutdone(const Judged& one, const Judged& other) {
    if (one.wish.link != other.wish.link || other.wish.stance != Stance::want ||
        one.wish.address.family() != Family::ipv6 || other.wish.address.family() != Family::ipv6)
        return false;
    const auto scope = one.wish.address.scope();
    const auto otherScope = other.wish.address.scope();
    if (scope != otherScope)
        return scope == Scope::unique && otherScope == Scope::global;
    return !one.temporary && other.temporary;
}

void stepBack(std::vector<Judged>& all) {
    const auto before = all;
    for (auto& one : all)
        if (one.wish.stance == Stance::want &&
            std::ranges::any_of(before, [&](const Judged& other) { return isOutdone(one, other); }))
            std::tie(one.wish.stance, one.wish.reason) =
                std::pair{Stance::keep, &reasons::betterAddress};
}

void rank(std::vector<Judged>& all) {
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (all[j].wish.stance == Stance::want && all[j].wish.link == all[i].wish.link &&
                all[j].wish.address.family() == all[i].wish.address.family())
                ++all[i].rank;
}

auto worth(const Judged& one) {
    return std::tuple{-static_cast<int>(one.wish.stance), one.rank,
                      hasAny(one.wish.flags, EndpointFlags::backup)};
}

} // namespace

std::vector<EndpointWish> endpointWishes(const LinkTable& links, EndpointFlags flags) {
    std::vector<Judged> all;
    for (std::size_t i = 0; i < links.localCount(); ++i)
        if (const auto& local = links.local(static_cast<LocalRef>(i)); local.present)
            all.push_back(judged(local, flags));
    stepBack(all);
    rank(all);
    std::ranges::stable_sort(all, {}, worth);
    std::vector<EndpointWish> wishes;
    wishes.reserve(all.size());
    // the kernel's table has an address once, even if two links have it
    for (const auto& one : all)
        if (std::ranges::find(wishes, one.wish.address, &EndpointWish::address) == wishes.end())
            wishes.push_back(one.wish);
    return wishes;
}

} // namespace subflowd::core
