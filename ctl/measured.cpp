// SPDX-License-Identifier: BSD-3-Clause
#include "measured.hpp"

#include "json_view.hpp"
#include "prose.hpp"
#include "text_view.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace subflowd::ctl {

namespace {

using Json = nlohmann::ordered_json;
using netlink::TcpSample;

std::optional<TcpSample> sampleOf(const Subflow& subflow,
                                  const std::vector<netlink::SubflowSample>& samples) {
    const auto at = std::ranges::find_if(samples, [&subflow](const auto& sample) {
        return sample.tuple.local == subflow.local && sample.tuple.remote == subflow.remote;
    });
    return at == samples.end() ? std::nullopt : std::optional{at->tcp};
}

std::string roundTrip(const TcpSample& tcp) {
    return tcp.rtt.count() == 0 ? "-" : delayText(tcp.rtt) + " +/- " + delayText(tcp.rttVariation);
}

std::string again(std::uint64_t count, std::uint64_t bytes) {
    return count == 0 ? "0" : std::to_string(count) + " (" + bytesText(bytes) + ')';
}

Row row(const Subflow& subflow, const TcpSample& tcp) {
    return {dbus::endpointText(subflow.local),
            subflow.link.empty() ? "-" : subflow.link,
            roundTrip(tcp),
            std::to_string(tcp.congestionWindow),
            bytesText(tcp.bytesAcknowledged),
            bytesText(tcp.bytesReceived),
            {again(tcp.retransmissions, tcp.bytesRetransmitted),
             tcp.retransmissions > 0 ? Tone::waiting : Tone::plain},
            {std::to_string(tcp.lost), tcp.lost > 0 ? Tone::bad : Tone::plain}};
}

std::string totals(const netlink::ConnectionSample& total) {
    return "  Altogether " + bytesText(total.bytesSent) + " sent, " +
           bytesText(total.bytesReceived) + " received, " +
           again(total.retransmissions, total.bytesRetransmitted) + " sent again by MPTCP\n";
}

Json jsonOf(const TcpSample& tcp) {
    return {{"rtt_us", tcp.rtt.count()},
            {"rtt_variation_us", tcp.rttVariation.count()},
            {"congestion_window", tcp.congestionWindow},
            {"segment_size", tcp.segmentSize},
            {"unacknowledged", tcp.unacknowledged},
            {"lost", tcp.lost},
            {"timeouts", tcp.timeouts},
            {"retransmissions", tcp.retransmissions},
            {"bytes_sent", tcp.bytesSent},
            {"bytes_acknowledged", tcp.bytesAcknowledged},
            {"bytes_received", tcp.bytesReceived},
            {"bytes_retransmitted", tcp.bytesRetransmitted},
            {"delivery_rate", tcp.deliveryRate}};
}

Json jsonOf(const netlink::ConnectionSample& total) {
    return {{"bytes_sent", total.bytesSent},
            {"bytes_received", total.bytesReceived},
            {"bytes_retransmitted", total.bytesRetransmitted},
            {"retransmissions", total.retransmissions}};
}

} // namespace

Measured measured(Connection connection, const netlink::SocketSamples& samples) {
    Measured found{std::move(connection), {}, std::nullopt};
    for (const auto& subflow : found.connection.subflows)
        found.subflows.push_back(sampleOf(subflow, samples.subflows));
    const auto total = std::ranges::find(samples.connections, found.connection.token,
                                         &netlink::ConnectionSample::token);
    if (total != samples.connections.end())
        found.total = *total;
    return found;
}

std::string measuredText(const Measured& measured, Colouring colouring) {
    const auto& connection = measured.connection;
    auto text = connectionText(connection, colouring);
    Table table;
    table.addHeading({"LOCAL", "LINK", "RTT", "CWND", "SENT", "RECEIVED", "SENT AGAIN", "LOST"});
    bool anything = false;
    for (std::size_t i = 0; i < connection.subflows.size(); ++i)
        if (const auto& tcp = measured.subflows[i]) {
            table.add(row(connection.subflows[i], *tcp));
            anything = true;
        }
    if (anything)
        text += '\n' + painted("Measured by the kernel", Tone::heading, colouring) + '\n' +
                table.text(colouring, 2);
    return measured.total ? text + totals(*measured.total) : text;
}

std::string measuredJson(const Measured& measured, dbus::WallTime now) {
    auto document = Json::parse(connectionJson(measured.connection, now));
    auto& connection = document["connection"];
    connection["measured"] = measured.total ? jsonOf(*measured.total) : Json{};
    for (std::size_t i = 0; i < measured.subflows.size(); ++i)
        connection["subflows"][i]["measured"] =
            measured.subflows[i] ? jsonOf(*measured.subflows[i]) : Json{};
    return document.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace subflowd::ctl
