// SPDX-License-Identifier: BSD-3-Clause
#include "core/endpoint_changes.hpp"

#include "core/reasons.hpp"

#include <algorithm>
#include <utility>

namespace subflowd::core {

namespace {

using Kind = EndpointChange::Kind;

/// What SET_FLAGS changes; anything else takes another endpoint.
constexpr auto changeable = EndpointFlags::backup | EndpointFlags::fullmesh;

bool isFor(const KernelEndpoint& endpoint, const IpAddress& address) {
    return endpoint.endpoint == Endpoint{address, 0} &&
           !hasAny(endpoint.flags, EndpointFlags::implicit);
}

/// The endpoint that exists, made as `ours`.
const KernelEndpoint* findAs(const KernelEndpoint& ours, std::span<const KernelEndpoint> existing) {
    const auto at = std::ranges::find_if(existing, [&ours](const KernelEndpoint& one) {
        return isFor(one, ours.endpoint.address) && one.link == ours.link &&
               (ours.id == AddressId{} || one.id == ours.id);
    });
    return at == existing.end() ? nullptr : &*at;
}

const KernelEndpoint* findFor(const EndpointWish& wish, std::span<const KernelEndpoint> ours) {
    const auto at = std::ranges::find_if(
        ours, [&wish](const KernelEndpoint& one) { return isFor(one, wish.address); });
    return at == ours.end() ? nullptr : &*at;
}

KernelEndpoint made(const EndpointWish& wish, AddressId id = {}) {
    return {{wish.address, 0}, id, wish.flags, wish.link};
}

class Changes {
  public:
    void see(const KernelEndpoint& mine, const KernelEndpoint& existing, const EndpointWish* wish) {
        if (!wish)
            return remove(mine, reasons::addressGone);
        const bool elsewhere = wish->link != mine.link;
        if (wish->stance == Stance::none || (elsewhere && wish->stance == Stance::keep))
            return remove(mine, *wish->reason);
        const auto difference = mine.flags ^ wish->flags;
        const bool other = elsewhere || (difference & changeable) != difference;
        if (other && wish->stance == Stance::want)
            return replace(mine, *wish);
        const auto inKernel = (existing.flags ^ wish->flags) & changeable;
        if (!other && hasAny(difference | inKernel, changeable))
            flags_.push_back({Kind::setFlags, made(*wish, mine.id), wish->reason});
    }

    void add(const EndpointWish& wish) { added_.push_back({Kind::add, made(wish), wish.reason}); }

    std::vector<EndpointChange> inOrder() {
        for (const auto* part : {&added_, &replaced_, &removed_})
            flags_.insert(flags_.end(), part->begin(), part->end());
        return std::move(flags_);
    }

  private:
    void remove(const KernelEndpoint& mine, const ReasonText& reason) {
        removed_.push_back({Kind::remove, mine, &reason});
    }

    /// The kernel's table has an address once.
    void replace(const KernelEndpoint& mine, const EndpointWish& wish) {
        replaced_.push_back({Kind::remove, mine, wish.reason});
        replaced_.push_back({Kind::add, made(wish), wish.reason});
    }

    std::vector<EndpointChange> flags_;
    std::vector<EndpointChange> added_;
    std::vector<EndpointChange> replaced_;
    std::vector<EndpointChange> removed_;
};

} // namespace

std::vector<KernelEndpoint> stillOurs(std::span<const KernelEndpoint> ours,
                                      std::span<const KernelEndpoint> existing) {
    std::vector<KernelEndpoint> still;
    for (const auto& one : ours)
        if (const auto* found = findAs(one, existing))
            still.push_back({one.endpoint, found->id, one.flags, one.link});
    return still;
}

const KernelEndpoint* foreignFor(const EndpointWish& wish, std::span<const KernelEndpoint> existing,
                                 std::span<const KernelEndpoint> ours) {
    const auto* found = findFor(wish, existing);
    return found && !findFor(wish, ours) ? found : nullptr;
}

std::vector<EndpointChange> endpointChanges(std::span<const EndpointWish> wishes,
                                            std::span<const EndpointWish> settled,
                                            std::span<const KernelEndpoint> existing,
                                            std::span<const KernelEndpoint> ours) {
    const auto isSettled = [settled](const EndpointWish& wish) {
        return std::ranges::find(settled, wish) != settled.end();
    };
    const auto mine = stillOurs(ours, existing);
    Changes changes;
    for (const auto& one : mine) {
        const auto wish = std::ranges::find(wishes, one.endpoint.address, &EndpointWish::address);
        if (wish == wishes.end())
            changes.see(one, *findAs(one, existing), nullptr);
        else if (wish->stance == Stance::none || !isSettled(*wish))
            changes.see(one, *findAs(one, existing), &*wish);
    }
    for (const auto& wish : wishes)
        if (wish.stance == Stance::want && !isSettled(wish) && !findFor(wish, mine) &&
            !foreignFor(wish, existing, mine))
            changes.add(wish);
    return changes.inOrder();
}

} // namespace subflowd::core
