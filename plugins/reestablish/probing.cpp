// SPDX-License-Identifier: BSD-3-Clause
#include "probing.hpp"

#include "paths.hpp"
#include "rescue.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace subflowd::reestablish {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr ReasonText suspect{"suspect",
                             "what was sent is not acknowledged: a fresh subflow is tried"};
constexpr ReasonText fullPeer{"suspect-at-limit",
                              "not acknowledged, and the peer takes no other subflow beside it"};

/// A path that is dead for so long is probed more slowly; a metered one always is.
constexpr Duration hopeful = minutes(10);

constexpr Duration slowest = seconds(30);

bool isHealthy(const SubflowView& subflow) {
    return subflow.state == SubflowState::up && !subflow.successor;
}

/// Whether the peer took a fresh subflow beside this one and closed it at once: the path is back,
/// and the peer has enough of them (K8).
bool foundFull(const PathView& path, const SubflowView& subflow) {
    return path.tried >= subflow.suspect && path.lastFailure.cause == Cause::rejected;
}

bool isMetered(const HostView& host, LinkIndex index) {
    const auto link = std::ranges::find(host.links, index, &LinkView::index);
    return link != host.links.end() && link->metered;
}

/// Where nothing else carries, haste is worth what it costs.
Duration intervalOf(const SubflowView& subflow, const PathView& path, const HostView& host,
                    const Options& options, Instant dark) {
    if (dark != never && host.now - dark < hopeful)
        return std::min(options.probeInterval, intervalInDarkness(host.now - dark));
    const bool eager = host.now - subflow.suspect < hopeful && !isMetered(host, path.link);
    return eager ? options.probeInterval : std::max(slowest, options.probeInterval);
}

} // namespace

void probeSuspects(const ConnectionView& connection, const HostView& host, const Options& options,
                   Plan& plan) {
    const auto dark = allSuspectSince(connection);
    const bool another = dark == never;
    for (std::size_t i = 0; i < connection.subflows.size(); ++i) {
        const auto& subflow = connection.subflows[i];
        if (subflow.state != SubflowState::suspect)
            continue;
        const auto& path = connection.paths[static_cast<std::size_t>(subflow.path)];
        const auto id = static_cast<SubflowId>(i);
        const auto interval = intervalOf(subflow, path, host, options, dark);
        const auto due = path.tried < subflow.suspect ? subflow.suspect : path.tried + interval;
        if (!foundFull(path, subflow))
            plan.refresh(id, due, interval, {&suspect, 0, 0});
        else if (another && !subflow.initial) // a peer that runs Linux counts joins only
            plan.refresh(id, due, interval, {&fullPeer, 0, 0}, Replacement::breakBeforeMake);
        else
            plan.refresh(id, path.tried + slowest, interval, {&fullPeer, 0, 0});
    }
}

Instant allSuspectSince(const ConnectionView& connection) {
    auto since = Instant{};
    for (const auto& subflow : connection.subflows) {
        if (isHealthy(subflow))
            return never;
        if (subflow.state == SubflowState::suspect)
            since = std::max(since, subflow.suspect);
    }
    return since == Instant{} ? never : since;
}

} // namespace subflowd::reestablish
