// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "options.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/reason.hpp>

#include <cstdint>
#include <limits>

namespace subflowd::reestablish {

/// What a failure means for when the path is tried again.
enum class Class : std::uint8_t {
    nothing,          ///< no failure, or one that the daemon itself knows an answer to
    localGone,        ///< the local address is not there (yet)
    noRoute,          ///< nothing leads there
    lost,             ///< it carried the connection, then an error ended it
    unstable,         ///< the same, three times in a row and soon each time
    closedByPeer,     ///< the peer closed it in good order, after a while
    atLimit,          ///< the peer took it and closed it at once: it has enough of them (K8)
    refused,          ///< the initial address refused it, and never took one on this path
    refusedAnnounced, ///< likewise an announced one: no retry (RFC 8684 §3.4.1)
    silent,           ///< the initial address never answered on this path
    silentAnnounced,  ///< likewise an announced one, or a network on the way there says no
    unreachable,      ///< a network on the way to the initial address says no
    notMultipath,     ///< TCP answers there, without MPTCP
    notPermitted,     ///< a filter or a policy of this host forbids it
    closing,          ///< the connection is half-closed: the kernel takes no joins (ENOTCONN)
    noResources,      ///< the kernel refused it for another reason
    abortedOnHost,    ///< somebody on this host killed it
    // MP_TCPRST, by reason (RFC 8684 §3.6) and T, the transient bit
    abortedByPeer,     ///< 0 without T, and reasons that have no name
    mptcpError,        ///< 1 without T
    mptcpErrorOnce,    ///< 1 with T
    lacksResources,    ///< 2 without T
    lacksResourcesYet, ///< 2 with T
    prohibited,        ///< 3 without T
    prohibitedYet,     ///< 3 with T
    poorPerformance,   ///< 5
    middlebox,         ///< 6
};

/// What a class does beyond its own path.
enum class Reach : std::uint8_t {
    path,
    connection, ///< the peer has a limit: nothing new on other paths either
    forGood,    ///< not even a change of the network makes it worth another attempt
};

/// Any number of attempts.
inline constexpr unsigned unlimited = std::numeric_limits<unsigned>::max();

/// How a path of a class is tried again: before attempt n it waits for base * factor^(n-1), at
/// most `cap`; after `most` attempts it waits for a change of the network, or for the peer to
/// announce its address again.
struct Treatment {
    Duration base{};
    unsigned factor = 1;
    Duration cap{};
    unsigned most = 0;
    const ReasonText* text = nullptr; ///< {0}: seconds it waits, {1}: failures in a row
    Reach reach = Reach::path;
};

/// A subflow that the peer ends within this time it did not mean to have.
inline constexpr Duration rejectWindow = std::chrono::seconds(10);

/// From a path whose last attempt or subflow ended.
Class classify(const PathView& path);

Treatment treatmentOf(Class kind, const Options& options);

/// How many failures in a row count for a class.
unsigned rowOf(Class kind, unsigned failures);

} // namespace subflowd::reestablish
