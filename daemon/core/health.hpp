// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"

#include <subflowd/ids.hpp>
#include <subflowd/time.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

/// Whether established subflows are alive. The kernel reports nothing of a path that swallows
/// everything; inet_diag shows it, while there is data that is not acknowledged.
namespace subflowd::core {

/// A row of the TCP dump of inet_diag (struct tcp_info), as far as it tells of life, and of how
/// much is carried.
struct HealthSample {
    Token token{};
    FourTuple tuple;
    std::uint32_t unacknowledged = 0; ///< segments (tcpi_unacked)
    std::uint8_t timeouts = 0;        ///< of the retransmission timer, in a row (tcpi_backoff)
    Duration silence{};               ///< since the last acknowledgement (tcpi_last_ack_recv)
    Duration roundTrip{};             ///< smoothed (tcpi_rtt)
    Duration variation{};             ///< of the round trip (tcpi_rttvar)
    std::uint64_t acknowledged = 0;   ///< bytes (tcpi_bytes_acked)
    std::uint64_t received = 0;       ///< bytes (tcpi_bytes_received)
    std::uint64_t deliveryRate = 0;   ///< bytes a second (tcpi_delivery_rate)
    std::uint64_t pacingRate = 0;     ///< bytes a second (tcpi_pacing_rate)
    Duration leastRoundTrip{};        ///< (tcpi_min_rtt)

    friend bool operator==(const HealthSample&, const HealthSample&) = default;
};

/// What the core would like to be told of the health of subflows.
enum class HealthQuestion : std::uint8_t {
    none,
    activity, ///< answered by TcpActivity
    samples,  ///< answered by HealthReports, of which the last one is complete
};

/// How far counters of the network namespace came (TcpExt in /proc/net/netstat). Of no connection
/// in particular, so they tell when to look, and nothing else.
struct TcpActivity {
    std::uint64_t timeouts = 0; ///< of retransmission timers (TCPTimeouts)
    std::uint64_t dataSent = 0; ///< segments with new data (TCPOrigDataSent)

    friend bool operator==(const TcpActivity&, const TcpActivity&) = default;
};

/// Rows of a dump; a dump comes in several. What is not mentioned is as it was.
struct HealthReport {
    enum class Part : std::uint8_t { more, last };

    std::vector<HealthSample> samples;
    Part part = Part::more;

    friend bool operator==(const HealthReport&, const HealthReport&) = default;
};

/// Until then the kernel finds out for itself: it takes five timeouts of its own before it leaves a
/// subflow aside for others (net.mptcp.stale_loss_cnt). A join that is pending meanwhile would slow
/// it down, because its timer waits for the slowest one of a connection.
inline constexpr Duration leastSilence = std::chrono::seconds(2);

/// The least that Linux adds to a round trip before it retransmits (TCP_RTO_MIN).
inline constexpr Duration leastVariation = std::chrono::milliseconds(200);

/// Whether a subflow seems dead: the retransmission timer ran out twice in a row, and no
/// acknowledgement came for longer than six timeouts of a path with such round trips.
constexpr bool seemsDead(const HealthSample& sample) {
    const auto timeout = sample.roundTrip + std::max(4 * sample.variation, leastVariation);
    return sample.unacknowledged > 0 && sample.timeouts >= 2 &&
           sample.silence > std::max(6 * timeout, leastSilence);
}

/// Whether it may turn out to be dead.
constexpr bool isDoubtful(const HealthSample& sample) {
    return sample.unacknowledged > 0 && sample.timeouts > 0;
}

/// Whether everything that was sent arrived, or at least the timer starts anew.
constexpr bool seemsAlive(const HealthSample& sample) {
    return !isDoubtful(sample);
}

} // namespace subflowd::core
