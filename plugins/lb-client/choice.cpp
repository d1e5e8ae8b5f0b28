// SPDX-License-Identifier: BSD-3-Clause
#include "choice.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>

namespace subflowd::lb_client {

/// How well a path serves: the lowest is the best. Of equals the first one is taken.
struct Choice::Standing {
    Instant failed = Instant::min(); ///< what failed comes last, and so takes turns
    std::ptrdiff_t users = 0;        ///< other links that go to the remote (laminar)
    bool scopesDiffer = false;       ///< such as a unique local source to a global remote
    bool familyIsSecond = false;     ///< not the preferred one
    bool sourceIsOtherKind = false;  ///< temporary or stable, other than the first subflow's

    bool isBelow(const Standing& other) const {
        const auto all = [](const Standing& one) {
            return std::tie(one.failed, one.users, one.scopesDiffer, one.familyIsSecond,
                            one.sourceIsOtherKind);
        };
        return all(*this) < all(other);
    }
};

void Choice::complete(std::span<LinkUse> uses) const {
    const auto any = [](const PathView&) { return true; };
    for (auto& use : uses) {
        if (!use.carrier && !use.attempt)
            use.chosen = best(uses, use, any);
        if (!use.carrier && !use.rival)
            race(uses, use);
    }
}

/// RFC 8305 in small: whichever family is up first stays.
void Choice::race(std::span<const LinkUse> uses, LinkUse& use) const {
    if (!use.attempt && !use.chosen)
        return;
    const auto first = use.attempt ? use.attempt->remote : use.chosen->remote;
    const auto* other = best(uses, use, [&first](const PathView& path) {
        return path.state != PathState::failed &&
               path.remote.address.family() != first.address.family();
    });
    const auto due = use.attempt ? use.attempt->since + options_.familyDelay : firstLook();
    if (other && use.attempt && due <= host_.now)
        use.chosen = other;
    else if (other)
        plan_.askAgain(due);
}

/// When to look whether the first attempt was answered, which is not there yet. Seldom on old
/// connections: something that is not known here may keep it from ever being made.
Instant Choice::firstLook() const {
    return host_.now + std::max(options_.familyDelay, (host_.now - connection_.since) / 64);
}

template <class Fits>
const PathView* Choice::best(std::span<const LinkUse> uses, const LinkUse& use, Fits&& fits) const {
    const PathView* found = nullptr;
    std::optional<Standing> standing;
    for (const auto& path : connection_.paths) {
        if (path.link != use.link || path.subflows > 0 || !fits(path) || !isOpen(path))
            continue;
        const auto candidate = standingOf(uses, path);
        if (standing && !candidate.isBelow(*standing))
            continue;
        standing = candidate;
        found = &path;
    }
    return found;
}

Choice::Standing Choice::standingOf(std::span<const LinkUse> uses, const PathView& path) const {
    Standing standing;
    // A repeated announcement asks for another attempt (RFC 8684 §3.4.1).
    const auto* announcement = announcementOf(connection_, path.remote);
    const bool invited = announcement && announcement->refreshed > path.lastChange;
    if (path.state == PathState::failed && !invited)
        standing.failed = path.lastChange;
    standing.users = std::ranges::count_if(uses, [&path](const LinkUse& use) {
        return use.link != path.link && use.uses(path.remote);
    });
    standing.scopesDiffer = path.local.scope() != path.remote.address.scope();
    standing.familyIsSecond = path.local.family() != options_.families.front();
    if (path.local.family() == Family::ipv6)
        standing.sourceIsOtherKind =
            isTemporary(path.local) != isTemporary(connection_.local.address);
    return standing;
}

bool Choice::isOpen(const PathView& path) const {
    const auto& families = options_.families;
    return path.usability == Usability::usable &&
           std::ranges::find(families, path.local.family()) != families.end() && isOpenRemote(path);
}

/// Whether the peer and the settings allow joins to the remote of a path. An announcement seldom
/// comes alone, and each link gets the one that suits it best: so it waits for its siblings.
bool Choice::isOpenRemote(const PathView& path) const {
    if (path.remote == connection_.remote)
        return !deniesInitial() && options_.remotes != Remotes::announced;
    const auto* announcement = announcementOf(connection_, path.remote);
    if (!announcement || !answers(path) ||
        (!deniesInitial() && options_.remotes == Remotes::initial))
        return false;
    const auto settled = announcement->announced + options_.settle;
    if (settled > host_.now)
        plan_.askAgain(settled);
    return settled <= host_.now;
}

bool Choice::deniesInitial() const {
    return connection_.joinInitial == JoinInitial::denied ||
           (connection_.joinInitial == JoinInitial::unknown &&
            options_.unknownFlag == UnknownFlag::avoid);
}

/// Whether the local address of a path is one of those that join announced addresses.
bool Choice::answers(const PathView& path) const {
    if (options_.answeringLinks.empty() && options_.answeringNetworks.empty())
        return true;
    const auto contains = [&path](const Prefix& network) { return network.contains(path.local); };
    if (std::ranges::any_of(options_.answeringNetworks, contains))
        return true;
    const auto link = std::ranges::find(host_.links, path.link, &LinkView::index);
    return link != host_.links.end() &&
           std::ranges::any_of(options_.answeringLinks, [&link](const std::string& pattern) {
               return fitsLinkPattern(pattern, link->name);
           });
}

bool Choice::isTemporary(const IpAddress& address) const {
    const auto known = std::ranges::find(host_.addresses, address, &AddressView::address);
    return known != host_.addresses.end() && known->temporary;
}

} // namespace subflowd::lb_client
