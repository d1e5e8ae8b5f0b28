// SPDX-License-Identifier: BSD-3-Clause
#include "prose.hpp"
#include "text_view.hpp"

#include <subflowd/address_text.hpp>

#include <array>
#include <utility>

namespace subflowd::ctl {

namespace {

Row addressRow(const LinkAddress& address) {
    const bool usable = address.usability == "usable";
    return {"",
            "",
            "",
            "",
            {address.usability, usable ? Tone::good : Tone::waiting},
            toString(address.address) + (address.temporary ? " (temporary)" : "")};
}

std::vector<Row> rowsOf(const Link& link) {
    std::vector<Row> rows;
    for (const auto& address : link.addresses)
        rows.push_back(addressRow(address));
    if (rows.empty())
        rows.push_back({"", "", "", "", "-", "-"});
    auto& first = rows.front();
    first[0] = {link.name, Tone::heading};
    first[1] = link.kind;
    first[2] = link.source == "default" ? link.role : link.role + " (" + link.source + ')';
    const std::string metered = link.metered ? ", metered" : "";
    first[3] = link.up ? Cell{"up" + metered, Tone::good} : Cell{"down" + metered, Tone::bad};
    return rows;
}

std::uint64_t countOf(const Status& status, const char* key) {
    const auto at = status.counts.find(key);
    return at == status.counts.end() ? 0 : at->second;
}

std::string number(const Status& status, const char* key) {
    return std::to_string(countOf(status, key));
}

std::string connectionCounts(const Status& status) {
    return number(status, "connections") + " now (" + number(status, "foreign") +
           " left to the kernel), " + number(status, "connections_seen") + " seen";
}

std::string subflowCounts(const Status& status) {
    return number(status, "subflows") + " now (" + number(status, "pending") + " pending); " +
           number(status, "subflows_requested") + " requested, " +
           number(status, "subflows_established") + " established, " +
           number(status, "subflows_failed") + " failed";
}

std::string commandCounts(const Status& status) {
    return number(status, "commands") + " sent, " + number(status, "commands_refused") + " refused";
}

std::string eventCounts(const Status& status) {
    return "lost " + counted(status.eventsLost, "time") + ", " + counted(status.resyncs, "resync") +
           ", " + counted(countOf(status, "repairs"), "repair");
}

/// What peers were not let do; empty if nothing.
std::string guardCounts(const Status& status) {
    const auto refused = countOf(status, "announcements_refused");
    const auto ignored = countOf(status, "announcements_ignored");
    const auto delayed = countOf(status, "joins_delayed");
    const auto inbound = countOf(status, "inbound_refused");
    if (refused + ignored + delayed + inbound == 0)
        return {};
    return counted(refused, "announced address") + " refused, " + std::to_string(ignored) +
           " ignored; joins delayed " + counted(delayed, "time") + "; " +
           counted(inbound, "subflow") + " of peers refused";
}

/// The bound within which a share of all stayed.
std::string quantile(const Latency& latency, std::uint64_t perCent) {
    const auto all = latency.count();
    std::uint64_t within = 0;
    Microseconds longest{};
    for (const auto& [atMost, count] : latency.buckets) {
        within += count;
        if (within * 100 >= all * perCent)
            return atMost ? spanText(*atMost) : "over " + spanText(longest);
        longest = atMost.value_or(longest);
    }
    return "-";
}

/// What happened at all, in the order of events; empty if nothing did.
std::string latenciesText(const Status& status, Colouring colouring) {
    constexpr std::array<std::pair<const char*, const char*>, 4> rows{
        {{"event_to_command", "  event to command"},
         {"command_to_ack", "  command to ack"},
         {"ack_to_established", "  ack to established"},
         {"snapshot", "  snapshot"}}};
    Table table;
    for (const auto& [key, label] : rows) {
        const auto at = status.latencies.find(key);
        if (at == status.latencies.end() || at->second.count() == 0)
            continue;
        if (table.empty())
            table.add({"Latency", "half within", "99% within", "times"});
        table.add({label, quantile(at->second, 50), quantile(at->second, 99),
                   std::to_string(at->second.count())});
    }
    table.alignRight(1);
    table.alignRight(2);
    return table.text(colouring, 2);
}

std::string policyNames(const Status& status) {
    if (status.mode == "kernel")
        return "not asked: the in-kernel path manager decides";
    std::vector<std::string> names;
    names.reserve(status.policies.size());
    for (const auto& policy : status.policies)
        names.push_back(policy.quarantined ? policy.name + " (quarantined)" : policy.name);
    return names.empty() ? "none" : joined(names, ", ");
}

Row optionRow(const std::string& key, const std::string& value) {
    return {"", "", "", key + "=" + value};
}

std::vector<Row> rowsOf(const Policy& policy) {
    std::vector<Row> rows;
    for (const auto& [key, value] : policy.options)
        rows.push_back(optionRow(key, value));
    if (rows.empty())
        rows.push_back({"", "", "", "-"});
    auto& first = rows.front();
    first[0] = {policy.name, Tone::heading};
    first[1] = policy.quarantined ? Cell{"quarantined", Tone::bad} : Cell{"active", Tone::good};
    first[2] = std::to_string(policy.strikes);
    return rows;
}

std::string orNotKnown(const std::string& text) {
    return text.empty() ? "not known" : text;
}

} // namespace

std::string statusText(const Status& status, Colouring colouring) {
    const auto tone = status.problems.empty() ? Tone::good : Tone::bad;
    Table facts;
    facts.add({"State", {status.state, tone}});
    facts.add({"Mode", status.mode});
    facts.add({"Uptime", spanText(status.uptime)});
    facts.add({"Path manager", orNotKnown(status.pathManager)});
    facts.add({"Connections", connectionCounts(status)});
    facts.add({"Subflows", subflowCounts(status)});
    if (const auto guard = guardCounts(status); !guard.empty())
        facts.add({"Guard", guard});
    facts.add({"Commands", commandCounts(status)});
    facts.add({"Events", eventCounts(status)});
    facts.add({"Policies", policyNames(status)});
    auto text = painted("subflowd " + status.version, Tone::heading, colouring) + '\n' +
                facts.text(colouring, 2) + latenciesText(status, colouring);
    if (!status.kernelFeatures.empty())
        text += "  Kernel features\n" + wrapped(joined(status.kernelFeatures, ", "), 4);
    for (const auto& problem : status.problems)
        text += '\n' + painted("Problem: ", Tone::bad, colouring) + problem + '\n';
    return text;
}

std::string linksText(const std::vector<Link>& links, Colouring colouring) {
    if (links.empty())
        return "No links.\n";
    Table table;
    table.addHeading({"LINK", "KIND", "ROLE", "STATE", "USABILITY", "ADDRESS"});
    for (const auto& link : links)
        for (auto& row : rowsOf(link))
            table.add(std::move(row));
    return table.text(colouring);
}

std::string policiesText(const std::vector<Policy>& policies, Colouring colouring) {
    if (policies.empty())
        return "No policies.\n";
    Table table;
    table.addHeading({"POLICY", "STATE", "STRIKES", "OPTION"});
    for (const auto& policy : policies)
        for (auto& row : rowsOf(policy))
            table.add(std::move(row));
    return table.text(colouring);
}

} // namespace subflowd::ctl
