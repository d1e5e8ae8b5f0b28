// SPDX-License-Identifier: BSD-3-Clause
#include "rescue.hpp"

#include "classifier.hpp"
#include "paths.hpp"
#include "schedule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <tuple>

namespace subflowd::reestablish {

namespace {

constexpr ReasonText stranded{"rescue", "the connection has no subflow left"};
constexpr ReasonText deadOnes{"rescue-suspect", "every subflow of the connection seems dead"};
constexpr ReasonText lastOne{"last-subflow", "the only subflow of the connection"};

/// Links that are used at once.
constexpr std::size_t mostLinks = 3;

/// Between two attempts on a path, so that no connection waits longer for one that is back.
constexpr Duration interval = std::chrono::seconds(1);

/// Rejections after which a peer is believed.
constexpr unsigned mostRejections = 3;

constexpr std::uint8_t lastRank = 255;

/// Whether an attempt may help. What a class says of when does not count now.
bool isHopeful(const ConnectionView& connection, const PathView& path) {
    const bool denied =
        path.remote == connection.remote && connection.joinInitial == JoinInitial::denied;
    if (denied || !canBeJoined(connection, path))
        return false;
    if (path.state != PathState::failed || isInvited(connection, path))
        return true;
    const auto kind = classify(path);
    return treatmentOf(kind, {}).reach != Reach::forGood &&
           (kind != Class::atLimit || path.failures <= mostRejections);
}

/// From when on an attempt may be made: at once if a subflow ended, later if an attempt failed,
/// which the kernel may have told in the same moment.
Instant earliestOf(const PathView& path) {
    return path.lasted > Duration{} ? path.lastChange : path.lastChange + Duration{1};
}

/// The lowest is tried first.
auto standingOf(const HostView& host, const PathView& path) {
    const auto link = std::ranges::find(host.links, path.link, &LinkView::index);
    const auto role = link == host.links.end() ? Role::primary : link->role;
    return std::tuple{role, path.state == PathState::failed, path.failures, path.lastChange};
}

/// The links that are used, each with its best path.
class Choice {
  public:
    Choice(const ConnectionView& connection, const HostView& host) {
        while (count_ < mostLinks)
            if (!add(connection, host))
                return;
    }

    bool uses(LinkIndex link) const {
        return std::ranges::any_of(best(),
                                   [link](const PathView* path) { return path->link == link; });
    }

    /// The place of a path: first the best ones of the links, then the rest.
    std::uint8_t rankOf(const PathView& path) const {
        return static_cast<std::uint8_t>(std::ranges::find(best(), &path) - best().begin());
    }

  private:
    std::span<const PathView* const> best() const { return {best_.data(), count_}; }

    bool add(const ConnectionView& connection, const HostView& host) {
        const PathView* found = nullptr;
        for (const auto& path : connection.paths)
            if (!uses(path.link) && isHopeful(connection, path) &&
                (!found || standingOf(host, path) < standingOf(host, *found)))
                found = &path;
        if (found)
            best_[count_++] = found;
        return found != nullptr;
    }

    std::array<const PathView*, mostLinks> best_{};
    std::size_t count_ = 0;
};

} // namespace

void rescue(const ConnectionView& connection, const HostView& host, Plan& plan) {
    const auto deadline = connection.stranded + host.closeTimeout;
    if (host.now >= deadline)
        return;
    const Reason reason{&stranded, 0, 0};
    const Choice choice{connection, host};
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        if (!choice.uses(path.link) || !isHopeful(connection, path))
            continue;
        const auto id = static_cast<PathId>(i);
        plan.want(id, {choice.rankOf(path), 1, Priority::regular}, reason);
        if (path.state == PathState::failed)
            plan.retry(id, rescueMoment(connection.stranded, earliestOf(path), interval), reason);
    }
    plan.urgent(reason);
    plan.askAgain(deadline);
}

Duration intervalInDarkness(Duration dark) {
    constexpr Duration hurry = std::chrono::minutes(1);
    return dark < hurry ? interval / 2 : interval;
}

void hasten(const ConnectionView& connection, PathId id, Instant since, Plan& plan) {
    const auto& path = connection.paths[static_cast<std::size_t>(id)];
    if (path.state != PathState::failed || !isHopeful(connection, path))
        return;
    const auto earliest = std::max(since, earliestOf(path));
    plan.retry(id, rescueMoment(since, earliest, intervalInDarkness(earliest - since)),
               {&deadOnes, 0, 0});
}

void keepLast(const ConnectionView& connection, Plan& plan) {
    const SubflowView* last = nullptr;
    for (const auto& subflow : connection.subflows) {
        if (!isEstablished(subflow))
            continue;
        if (last)
            return;
        last = &subflow;
    }
    if (last &&
        connection.paths[static_cast<std::size_t>(last->path)].usability == Usability::usable)
        plan.want(last->path, {lastRank, 1, last->priority}, {&lastOne, 0, 0});
}

} // namespace subflowd::reestablish
