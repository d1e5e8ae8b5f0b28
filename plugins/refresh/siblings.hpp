// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>

#include <cstdint>
#include <optional>

namespace subflowd::refresh {

/// The path with the most established subflows, if it has two at least.
std::optional<PathId> siblingPath(const ConnectionView& connection);

/// The established subflow on a path with this local port.
std::optional<SubflowId> siblingAt(const ConnectionView& connection, PathId path,
                                   std::uint16_t port);

/// Whether a fresh subflow waits on a path to take the place of another.
bool hasSuccessor(const ConnectionView& connection, PathId path);

/// What a look at the subflows of a path showed.
struct Comparison {
    Instant when{};            ///< epoch: not all of them were measured for long enough
    std::uint64_t total = 0;   ///< bytes a second that the whole connection sends
    std::uint64_t least = 0;   ///< bytes a second that the slowest one can carry
    std::uint64_t middle = 0;  ///< the same of the median, of two the faster one
    std::uint16_t slowest = 0; ///< its local port

    friend bool operator==(const Comparison&, const Comparison&) = default;
};

/// Compares the subflows of a path that have existed for `settled` at least when they were
/// measured. If one has not, there is nothing to compare yet.
Comparison compare(const ConnectionView& connection, PathId path, Duration settled);

} // namespace subflowd::refresh
