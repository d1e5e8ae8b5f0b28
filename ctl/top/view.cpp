// SPDX-License-Identifier: BSD-3-Clause
#include "top/view.hpp"

#include "prose.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace subflowd::ctl::top {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t barColumns = 24;

/// How much of all that flows is this link's.
std::string bar(const Flow& flow, std::uint64_t busiest) {
    const auto sum = flow.out + flow.in;
    if (sum == 0 || busiest == 0)
        return "";
    std::string bar;
    bar.resize(std::max<std::size_t>(sum * barColumns / busiest, 1), '#');
    return bar;
}

std::uint64_t busiest(const std::vector<LinkRate>& links) {
    std::uint64_t most = 0;
    for (const auto& link : links)
        most = std::max(most, link.flow.out + link.flow.in);
    return most;
}

Cell retransmitted(std::uint64_t segments) {
    return {std::to_string(segments), segments > 0 ? Tone::waiting : Tone::faint};
}

Table linkTable(const Frame& frame) {
    Table table;
    table.addHeading({"LINK", "SUBFLOWS", "OUT", "IN", "AGAIN", ""});
    for (const std::size_t column : {1U, 2U, 3U, 4U})
        table.alignRight(column);
    for (const auto& link : frame.links)
        table.add({{link.name.empty() ? "-" : link.name, Tone::heading},
                   std::to_string(link.subflows),
                   rateText(link.flow.out),
                   rateText(link.flow.in),
                   retransmitted(link.retransmissions),
                   {bar(link.flow, busiest(frame.links)), Tone::good}});
    return table;
}

Table connectionTable(const Frame& frame, std::size_t count) {
    Table table;
    table.addHeading({"TOKEN", "OUT", "IN", "AGAIN", "RTT", "LINKS", "REMOTE"});
    for (const std::size_t column : {1U, 2U, 3U, 4U})
        table.alignRight(column);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& connection = frame.connections[i];
        table.add({{dbus::tokenText(connection.token), Tone::heading},
                   rateText(connection.flow.out),
                   rateText(connection.flow.in),
                   retransmitted(connection.retransmissions),
                   connection.rtt.count() == 0 ? "-" : delayText(connection.rtt),
                   connection.links.empty() ? "-" : joined(connection.links, ","),
                   dbus::endpointText(connection.remote)});
    }
    return table;
}

std::string headLine(const Frame& frame, Colouring colouring) {
    std::size_t subflows = 0;
    for (const auto& link : frame.links)
        subflows += link.subflows;
    return painted(counted(frame.connections.size(), "connection"), Tone::heading, colouring) +
           ", " + counted(subflows, "subflow") + "; in the last " + delayText(frame.interval) +
           "\n\n";
}

Json flowOf(const Flow& flow) {
    return {{"out", flow.out}, {"in", flow.in}};
}

} // namespace

std::string frameText(const Frame& frame, Screen screen, Colouring colouring) {
    const auto used = frame.links.size() + 6; // headings, gaps, and the last line
    const auto room = screen.rows > used ? screen.rows - used : 0;
    const auto count = std::min(frame.connections.size(), room);
    auto text = headLine(frame, colouring) + linkTable(frame).text(colouring) + '\n';
    if (count > 0)
        text += connectionTable(frame, count).text(colouring);
    if (count < frame.connections.size())
        text += "... and " + std::to_string(frame.connections.size() - count) + " more\n";
    return text;
}

std::string frameJson(const Frame& frame, dbus::WallTime now) {
    auto links = Json::array();
    for (const auto& link : frame.links)
        links.push_back({{"link", link.name.empty() ? Json{} : Json(link.name)},
                         {"connections", link.connections},
                         {"subflows", link.subflows},
                         {"bytes_per_second", flowOf(link.flow)},
                         {"retransmissions", link.retransmissions}});
    auto connections = Json::array();
    for (const auto& connection : frame.connections)
        connections.push_back(
            {{"token", dbus::tokenText(connection.token)},
             {"remote", dbus::endpointText(connection.remote)},
             {"links", connection.links},
             {"subflows", connection.subflows},
             {"bytes_per_second", flowOf(connection.flow)},
             {"retransmissions", connection.retransmissions},
             {"rtt_us", connection.rtt.count() == 0 ? Json{} : Json(connection.rtt.count())}});
    return Json{{"schema", 1},
                {"time", dbus::utcText(now)},
                {"interval_us", frame.interval.count()},
                {"links", std::move(links)},
                {"connections", std::move(connections)}}
               .dump(-1, ' ', false, Json::error_handler_t::replace) +
           '\n';
}

} // namespace subflowd::ctl::top
