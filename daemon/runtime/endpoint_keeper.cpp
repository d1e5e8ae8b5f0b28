// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/endpoint_keeper.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace subflowd::runtime {

namespace {

using core::EndpointChange;
using core::KernelEndpoint;
using Kind = EndpointChange::Kind;
using Level = core::LogRecord::Level;

constexpr ReasonText modeIsOver{"mode-is-over", "Mode=kernel is not in force any more"};

std::string nameOf(const KernelEndpoint& endpoint) {
    return "in-kernel endpoint " + toString(endpoint.endpoint.address);
}

std::string withFlags(const KernelEndpoint& endpoint) {
    return nameOf(endpoint) + " (" + toString(endpoint.flags) + ')';
}

std::string sentence(const EndpointChange& change) {
    const std::string why = ": " + std::string{change.reason->sentence};
    switch (change.kind) {
    case Kind::add:
        return withFlags(change.endpoint) + " is added" + why;
    case Kind::setFlags:
        return nameOf(change.endpoint) + " has the flags " + toString(change.endpoint.flags) +
               " now" + why;
    case Kind::remove:
        return nameOf(change.endpoint) + " is removed" + why;
    }
    return {};
}

std::string refusal(const EndpointChange& change, const netlink::Answer& answer) {
    const auto* const verb = change.kind == Kind::add      ? "added"
                             : change.kind == Kind::remove ? "removed"
                                                           : "changed";
    return withFlags(change.endpoint) + " cannot be " + verb + ": " + toString(answer);
}

netlink::Answer request(netlink::FamilyId family, const EndpointChange& change) {
    const auto& endpoint = change.endpoint;
    switch (change.kind) {
    case Kind::add:
        return netlink::addEndpoint(family, endpoint);
    case Kind::setFlags:
        return netlink::setEndpointFlags(family, endpoint.id, endpoint.flags);
    case Kind::remove:
        return netlink::removeEndpoint(family, endpoint.id);
    }
    return {};
}

/// With what is about to be added: whoever is killed meanwhile must know it again.
std::vector<KernelEndpoint> soonOurs(std::vector<KernelEndpoint> ours,
                                     std::span<const EndpointChange> changes) {
    for (const auto& change : changes)
        if (change.kind == Kind::add)
            ours.push_back(change.endpoint);
    return ours;
}

} // namespace

EndpointKeeper::EndpointKeeper(netlink::FamilyId family, host::EndpointMemory memory, Say say)
    : family_(family), memory_(std::move(memory)), say_(std::move(say)), ours_(memory_.recall()) {}

void EndpointKeeper::keep(std::span<const core::EndpointWish> wishes) {
    if (std::ranges::equal(wishes, settled_))
        return;
    complained_ = std::exchange(complaints_, {});
    try {
        const auto existing = netlink::kernelEndpoints(family_);
        ours_ = core::stillOurs(ours_, existing);
        tellOfForeign(wishes, existing);
        change(core::endpointChanges(wishes, settled_, existing, ours_));
        settle(wishes);
    } catch (const std::runtime_error& error) {
        complain(Level::warning, noLink, error.what());
    }
}

void EndpointKeeper::release() {
    if (ours_.empty())
        return;
    try {
        std::vector<EndpointChange> changes;
        for (const auto& mine : core::stillOurs(ours_, netlink::kernelEndpoints(family_)))
            changes.push_back({Kind::remove, mine, &modeIsOver});
        change(changes);
    } catch (const std::runtime_error& error) {
        complain(Level::warning, noLink, error.what());
    }
    settled_.clear();
}

/// What is added may find the kernel's table full until something is removed.
void EndpointKeeper::change(std::span<const EndpointChange> changes) {
    remember(soonOurs(ours_, changes));
    std::vector<EndpointChange> refused;
    for (const auto& change : changes)
        if (const auto answer = perform(change); answer.error != 0 && change.kind == Kind::add)
            refused.push_back(change);
        else if (answer.error != 0)
            complain(Level::warning, change.endpoint.link, refusal(change, answer));
    for (const auto& change : refused)
        if (const auto answer = perform(change); answer.error != 0)
            complain(Level::warning, change.endpoint.link, refusal(change, answer));
    const auto existing = netlink::kernelEndpoints(family_);
    ours_ = core::stillOurs(ours_, existing);
    remember(ours_);
    tellOfUnknownFlags(existing);
}

netlink::Answer EndpointKeeper::perform(const EndpointChange& change) {
    auto answer = request(family_, change);
    if (answer.error == 0)
        note(change);
    return answer;
}

void EndpointKeeper::note(const EndpointChange& change) {
    if (change.kind == Kind::add) {
        ours_.push_back(change.endpoint);
    } else {
        std::erase_if(ours_, [&change](const KernelEndpoint& mine) {
            return mine.endpoint == change.endpoint.endpoint;
        });
        if (change.kind == Kind::setFlags)
            ours_.push_back(change.endpoint);
    }
    say_({Level::info, {}, change.endpoint.link, sentence(change)});
}

/// A wish that did not come true is seen to whenever links change.
void EndpointKeeper::settle(std::span<const core::EndpointWish> wishes) {
    const auto before = std::exchange(settled_, {});
    for (const auto& wish : wishes) {
        const bool known = std::ranges::find(before, wish) != before.end();
        const bool made = std::ranges::any_of(ours_, [&wish](const KernelEndpoint& mine) {
            return mine.endpoint.address == wish.address && mine.flags == wish.flags;
        });
        if (wish.stance != core::Stance::want || known || made)
            settled_.push_back(wish);
    }
}

void EndpointKeeper::remember(std::span<const KernelEndpoint> endpoints) {
    if (const int error = memory_.remember(endpoints); error != 0)
        complain(Level::warning, noLink,
                 "which in-kernel endpoints are the daemon's cannot be written to the state "
                 "directory, and will not be known after a crash: " +
                     std::generic_category().message(error));
}

void EndpointKeeper::tellOfForeign(std::span<const core::EndpointWish> wishes,
                                   std::span<const KernelEndpoint> existing) {
    for (const auto& wish : wishes)
        if (const auto* foreign = core::foreignFor(wish, existing, ours_);
            foreign && wish.stance == core::Stance::want)
            complain(Level::info, wish.link,
                     withFlags(*foreign) + " was made by somebody else, and is left as it is");
}

void EndpointKeeper::tellOfUnknownFlags(std::span<const KernelEndpoint> existing) {
    for (const auto& mine : ours_) {
        const auto at = std::ranges::find(existing, mine.id, &KernelEndpoint::id);
        const auto ignored = at == existing.end() ? core::EndpointFlags::none
                                                  : mine.flags & (mine.flags ^ at->flags);
        if (ignored != core::EndpointFlags::none)
            complain(Level::warning, mine.link,
                     withFlags(mine) + ": the kernel does not know " + toString(ignored) +
                         ", which EndpointFlags= asks for");
    }
}

void EndpointKeeper::complain(Level level, LinkIndex link, const std::string& text) {
    if (std::ranges::find(complained_, text) == complained_.end())
        say_({level, {}, link, text});
    complaints_.push_back(text);
}

} // namespace subflowd::runtime
