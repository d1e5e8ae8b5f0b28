// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"
#include "core/health.hpp"
#include "netlink/attributes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// What inet_diag counts of each socket (struct tcp_info, struct mptcp_info): how its paths do.
/// Pure functions of bytes, as in diag_codec.hpp. Counters that a kernel lacks are 0.
namespace subflowd::netlink {

/// An MPTCP socket: a connection, or a listening one.
struct ConnectionSample {
    enum class Kind : std::uint8_t {
        multipath,
        fallback,  ///< went on as plain TCP (MPTCP_INFO_FLAG_FALLBACK)
        listening, ///< all that follows is empty but `tuple.local`
    };

    Kind kind = Kind::multipath;
    Token token{};
    core::FourTuple tuple; ///< of the initial subflow
    std::uint64_t bytesSent = 0;
    std::uint64_t bytesReceived = 0;
    std::uint64_t bytesRetransmitted = 0; ///< on another subflow, or again
    std::uint32_t retransmissions = 0;

    friend bool operator==(const ConnectionSample&, const ConnectionSample&) = default;
};

/// How a subflow does, as TCP sees it.
struct TcpSample {
    std::chrono::microseconds rtt{0}; ///< smoothed; 0: none measured
    std::chrono::microseconds rttVariation{0};
    std::uint32_t congestionWindow = 0; ///< in segments
    std::uint32_t segmentSize = 0;      ///< of what is sent, in bytes
    std::uint32_t unacknowledged = 0;   ///< segments now
    std::uint32_t lost = 0;             ///< segments now thought lost
    std::uint32_t timeouts = 0;         ///< retransmission timeouts in a row, now
    std::uint32_t retransmissions = 0;  ///< segments, since the start
    std::uint64_t bytesSent = 0;        ///< with those sent again
    std::uint64_t bytesAcknowledged = 0;
    std::uint64_t bytesReceived = 0;
    std::uint64_t bytesRetransmitted = 0;
    std::uint64_t deliveryRate = 0; ///< bytes a second, as last measured

    friend bool operator==(const TcpSample&, const TcpSample&) = default;
};

/// A TCP socket that is a subflow of an MPTCP connection.
struct SubflowSample {
    Token token{};
    core::FourTuple tuple;
    LinkIndex boundTo = noLink;
    TcpSample tcp;

    friend bool operator==(const SubflowSample&, const SubflowSample&) = default;
};

/// Nothing for what is no row of an MPTCP socket.
[[nodiscard]] std::optional<ConnectionSample> decodeConnectionSample(const Message& row);

/// Nothing for what is no row of a subflow. Before Linux 6.17 the kernel tells only callers with
/// CAP_NET_ADMIN which TCP sockets are.
[[nodiscard]] std::optional<SubflowSample> decodeSubflowSample(const Message& row);

/// What a row says of the health of an established subflow; nothing for other sockets. What a row
/// lacks is 0, which proves nothing.
[[nodiscard]] std::optional<core::HealthSample> decodeHealth(const Message& row);

} // namespace subflowd::netlink
