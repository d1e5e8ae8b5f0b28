// SPDX-License-Identifier: BSD-3-Clause
#include "lb_client.hpp"

#include "choice.hpp"

#include <chrono>
#include <cstddef>

namespace subflowd::lb_client {

namespace {

constexpr ReasonText hasSubflow{"lb-link-has-subflow", "the link has its subflow"};
constexpr ReasonText seemsDead{"lb-seems-dead", "stays until the link has another subflow"};
constexpr ReasonText coversLink{"lb-covers-link", "gives the link its subflow"};
constexpr ReasonText otherAddress{"lb-other-address",
                                  "another announced address is tried instead of one that failed"};
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
    Choice{options_, connection, host, plan}.complete(uses_);
    for (const auto& use : uses_)
        state(connection, use, plan);
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
