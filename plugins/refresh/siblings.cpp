// SPDX-License-Identifier: BSD-3-Clause
#include "siblings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>

namespace subflowd::refresh {

namespace {

/// A connection may have more subflows on a path; the rest of them is not looked at.
constexpr std::size_t most = 32;

/// One that is backup sends nothing, whatever its path could do.
bool isSibling(const SubflowView& subflow) {
    return subflow.state == SubflowState::up && !subflow.successor &&
           subflow.priority == Priority::regular && subflow.peerPriority == Priority::regular;
}

/// What TCP measured, or else what it would send. It measures over one round trip, in which a busy
/// machine may have taken what it was given late; what went by since the look before can be carried
/// for sure.
std::uint64_t rateOf(const Measurement& measured) {
    const auto told = measured.deliveryRate > 0 ? measured.deliveryRate : measured.pacingRate;
    return std::max(told, measured.sendingRate);
}

} // namespace

std::optional<PathId> siblingPath(const ConnectionView& connection) {
    std::optional<PathId> found;
    std::ptrdiff_t highest = 1;
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto id = static_cast<PathId>(i);
        const auto count = std::ranges::count_if(connection.subflows, [id](const auto& subflow) {
            return subflow.path == id && isSibling(subflow);
        });
        if (count <= highest)
            continue;
        found = id;
        highest = count;
    }
    return found;
}

std::optional<SubflowId> siblingAt(const ConnectionView& connection, PathId path,
                                   std::uint16_t port) {
    for (std::size_t i = 0; i < connection.subflows.size(); ++i) {
        const auto& subflow = connection.subflows[i];
        if (subflow.path == path && subflow.local.port == port && isSibling(subflow))
            return static_cast<SubflowId>(i);
    }
    return std::nullopt;
}

bool hasSuccessor(const ConnectionView& connection, PathId path) {
    return std::ranges::any_of(connection.subflows, [path](const SubflowView& subflow) {
        return subflow.path == path && subflow.successor;
    });
}

Comparison compare(const ConnectionView& connection, PathId path, Duration settled) {
    std::array<std::pair<std::uint64_t, std::uint16_t>, most> rates;
    std::size_t count = 0;
    Comparison comparison;
    for (std::size_t i = 0; i < connection.measurements.size(); ++i) {
        const auto& subflow = connection.subflows[i];
        const auto& measured = connection.measurements[i];
        comparison.total += measured.sendingRate;
        if (subflow.path != path || !isSibling(subflow) || count == most)
            continue;
        if (measured.when < subflow.since + settled)
            return {};
        comparison.when = measured.when;
        rates[count++] = {rateOf(measured), subflow.local.port};
    }
    if (count < 2)
        return {};
    const auto found = std::span{rates.data(), count};
    std::ranges::sort(found);
    std::tie(comparison.least, comparison.slowest) = found[0];
    comparison.middle = found[count / 2].first;
    return comparison;
}

} // namespace subflowd::refresh
