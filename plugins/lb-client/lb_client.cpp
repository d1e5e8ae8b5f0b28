// SPDX-License-Identifier: BSD-3-Clause
#include "lb_client.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace subflowd::lb_client {

namespace {

constexpr ReasonText hasSubflow{"lb-link-has-subflow", "the link has its subflow"};
constexpr ReasonText seemsDead{"lb-seems-dead", "stays until the link has another subflow"};
constexpr ReasonText coversLink{"lb-covers-link", "gives the link its subflow"};
constexpr ReasonText otherAddress{"lb-other-address",
                                  "another announced address is tried instead of one that failed"};
constexpr ReasonText anyOfThem{
    "lb-any-of-them", "every path of the link failed: the first that may be tried again is"};
constexpr ReasonText onePerLink{"lb-one-per-link", "one subflow on each link"};
constexpr ReasonText otherFamily{
    "lb-other-family", "the other family is tried as well after {0} ms without an answer"};

/// The order in which subflows are had if not all can be.
enum Rank : std::uint8_t { existing = 0, onPrimaryLink = 1, onBackupLink = 2, inRace = 3 };

std::uint32_t millisecondsOf(Duration duration) {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

Rank rankOf(const LinkUse& use) {
    if (use.attempt)
        return inRace;
    return use.role == Role::primary ? onPrimaryLink : onBackupLink;
}

} // namespace

LbClient::LbClient(const Settings& given) : options_(readOptions(given)) {}

void LbClient::plan(const ConnectionView& connection, const HostView& host, Plan& plan) {
    if (connection.side == Side::server)
        return;
    takeStock(connection, host, uses_);
    const Choice choice{options_, connection, host, plan};
    choice.complete(uses_);
    for (const auto& use : uses_)
        state(connection, use, plan);
    stateOthers(connection, choice, plan);
}

/// Where every path of a link failed, each may be the first that deserves another attempt: all are
/// wanted, and the limit lets the first one have it.
void LbClient::stateOthers(const ConnectionView& connection, const Choice& choice,
                           Plan& plan) const {
    std::uint8_t most = 0;
    for (const auto& use : uses_) {
        if (!use.chosen || use.attempt || use.chosen->state != PathState::failed)
            continue;
        for (const auto& path : connection.paths) {
            if (&path == use.chosen || path.link != use.link || path.subflows > 0 ||
                !choice.isOpen(path))
                continue;
            plan.want(static_cast<PathId>(&path - connection.paths.data()),
                      {inRace, 1, Priority::regular}, {&anyOfThem, 0, 0});
            most = 1;
        }
    }
    const bool races = std::ranges::any_of(
        uses_, [](const LinkUse& use) { return use.rival || (use.attempt && use.chosen); });
    if (most > 0)
        plan.limit(LimitScope::link, races ? std::uint8_t{2} : most, {&onePerLink, 0, 0});
}

void LbClient::state(const ConnectionView& connection, const LinkUse& use, Plan& plan) const {
    if (use.carrier)
        return keep(connection, use, *use.carrier, plan);
    for (const auto* subflow : {use.suspect, use.attempt, use.rival})
        if (subflow)
            keep(connection, use, *subflow, plan);
    if (use.chosen)
        plan.want(static_cast<PathId>(use.chosen - connection.paths.data()),
                  {rankOf(use), 1, Priority::regular}, reasonFor(use, *use.chosen));
}

/// Wants what exists. The core says itself what becomes of a denied initial path.
void LbClient::keep(const ConnectionView& connection, const LinkUse& use,
                    const SubflowView& subflow, Plan& plan) const {
    const auto& path = connection.paths[static_cast<std::size_t>(subflow.path)];
    const bool denied =
        path.remote == connection.remote && connection.joinInitial == JoinInitial::denied;
    if (!denied)
        plan.want(subflow.path, {existing, 1, Priority::regular}, reasonFor(use, path));
}

Reason LbClient::reasonFor(const LinkUse& use, const PathView& path) const {
    if (use.carrier)
        return {&hasSubflow, 0, 0};
    if (path.state == PathState::suspect)
        return {&seemsDead, 0, 0};
    const bool first = !use.attempt || use.attempt->remote == path.remote;
    if (!first)
        return {&otherFamily, millisecondsOf(options_.familyDelay), 0};
    const bool instead = use.announcedFailed && path.state != PathState::failed &&
                         path.origin == RemoteOrigin::announced;
    return {instead ? &otherAddress : &coversLink, 0, 0};
}

} // namespace subflowd::lb_client
