// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/socket_sample.hpp"

#include "netlink/diag_codec.hpp"
#include "netlink/diag_row.hpp"
#include "netlink/diag_uapi.hpp"

#include <linux/inet_diag.h>
#include <linux/tcp.h>

#include <algorithm>
#include <limits>
#include <span>

namespace subflowd::netlink {
namespace {

namespace diag = uapi::diag;

Bytes infoOf(const DiagRow& row) {
    return findAttribute(row.attributes, INET_DIAG_INFO);
}

/// A member of a struct that kernels send as much of as they know.
template <class Number>
Number member(Bytes info, std::size_t offset) {
    return readAs<Number>(after(info, offset)).value_or(0);
}

tcp_info tcpInfoOf(const DiagRow& row) {
    const auto bytes = infoOf(row);
    tcp_info info{};
    std::ranges::copy(bytes.first(std::min(bytes.size(), sizeof info)),
                      std::as_writable_bytes(std::span(&info, 1)).begin());
    return info;
}

/// The kernel says ~0 until it measured one.
std::chrono::microseconds leastRoundTrip(const tcp_info& info) {
    constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    return std::chrono::microseconds{info.tcpi_min_rtt == none ? 0 : info.tcpi_min_rtt};
}

TcpSample tcpSample(const tcp_info& info) {
    TcpSample sample;
    sample.rtt = std::chrono::microseconds{info.tcpi_rtt};
    sample.rttVariation = std::chrono::microseconds{info.tcpi_rttvar};
    sample.congestionWindow = info.tcpi_snd_cwnd;
    sample.segmentSize = info.tcpi_snd_mss;
    sample.unacknowledged = info.tcpi_unacked;
    sample.lost = info.tcpi_lost;
    sample.timeouts = info.tcpi_retransmits;
    sample.retransmissions = info.tcpi_total_retrans;
    sample.bytesSent = info.tcpi_bytes_sent;
    sample.bytesAcknowledged = info.tcpi_bytes_acked;
    sample.bytesReceived = info.tcpi_bytes_received;
    sample.bytesRetransmitted = info.tcpi_bytes_retrans;
    sample.deliveryRate = info.tcpi_delivery_rate;
    return sample;
}

} // namespace

std::optional<ConnectionSample> decodeConnectionSample(const Message& message) {
    const auto row = diagRow(message);
    if (!row)
        return std::nullopt;
    ConnectionSample sample;
    sample.tuple = row->tuple;
    if (row->header.idiag_state == diag::state::listen) {
        sample.kind = ConnectionSample::Kind::listening;
        return sample;
    }
    const auto info = infoOf(*row);
    sample.token = Token{member<std::uint32_t>(info, diag::info::tokenOffset)};
    if (sample.token == Token{})
        return std::nullopt;
    if ((member<std::uint32_t>(info, diag::info::flagsOffset) & diag::info::fallback) != 0)
        sample.kind = ConnectionSample::Kind::fallback;
    sample.retransmissions = member<std::uint32_t>(info, diag::info::retransmitsOffset);
    sample.bytesRetransmitted = member<std::uint64_t>(info, diag::info::bytesRetransmittedOffset);
    sample.bytesSent = member<std::uint64_t>(info, diag::info::bytesSentOffset);
    sample.bytesReceived = member<std::uint64_t>(info, diag::info::bytesReceivedOffset);
    return sample;
}

std::optional<SubflowSample> decodeSubflowSample(const Message& message) {
    const auto subflow = decodeSubflow(message);
    const auto row = diagRow(message);
    if (!subflow || !row)
        return std::nullopt;
    return SubflowSample{subflow->token, subflow->tuple, subflow->boundTo,
                         tcpSample(tcpInfoOf(*row))};
}

std::optional<core::HealthSample> decodeHealth(const Message& message) {
    const auto subflow = decodeSubflow(message);
    const auto row = diagRow(message);
    if (!subflow || !row || subflow->state != SubflowState::up)
        return std::nullopt;
    const auto info = tcpInfoOf(*row);
    core::HealthSample sample;
    sample.token = subflow->token;
    sample.tuple = subflow->tuple;
    sample.unacknowledged = info.tcpi_unacked;
    sample.timeouts = info.tcpi_backoff;
    sample.silence = std::chrono::milliseconds{info.tcpi_last_ack_recv};
    sample.roundTrip = std::chrono::microseconds{info.tcpi_rtt};
    sample.variation = std::chrono::microseconds{info.tcpi_rttvar};
    sample.acknowledged = info.tcpi_bytes_acked;
    sample.received = info.tcpi_bytes_received;
    sample.deliveryRate = info.tcpi_delivery_rate;
    sample.pacingRate = info.tcpi_pacing_rate;
    sample.leastRoundTrip = leastRoundTrip(info);
    return sample;
}

} // namespace subflowd::netlink
