// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/families.hpp"

#include "dbus/names.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <tuple>

namespace subflowd::ctl::metrics {

namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string seconds(Microseconds span) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%llu.%06llu",
                  static_cast<unsigned long long>(span.count() / 1'000'000),
                  static_cast<unsigned long long>(span.count() % 1'000'000));
    return text.data();
}

/// Those of the daemon's counts that tell what exists; all others only grow.
bool isGauge(std::string_view count) {
    constexpr std::array<std::string_view, 4> gauges{"connections", "foreign", "subflows",
                                                     "pending"};
    return std::ranges::find(gauges, count) != gauges.end();
}

/// What a metric of subflowd's counts is called where the count's own name says too little.
std::string nameOfGauge(const std::string& count) {
    if (count == "foreign")
        return "subflowd_connections_of_kernel";
    return count == "pending" ? "subflowd_subflows_pending" : "subflowd_" + count;
}

Family gauge(std::string name, std::string help, std::vector<Sample> samples) {
    return {std::move(name), Kind::gauge, "", std::move(help), std::move(samples)};
}

Family counter(std::string name, std::string help, std::vector<Sample> samples) {
    return {std::move(name), Kind::counter, "", std::move(help), std::move(samples)};
}

Sample only(std::uint64_t value) {
    return {"", {}, number(value)};
}

Sample total(std::uint64_t value) {
    return {"_total", {}, number(value)};
}

void addCounts(const Status& daemon, std::vector<Family>& all) {
    for (const auto& [name, value] : daemon.counts)
        if (isGauge(name))
            all.push_back(gauge(nameOfGauge(name), "Existing now (" + name + ").", {only(value)}));
        else
            all.push_back(
                counter("subflowd_" + name, "Since the start of the daemon.", {total(value)}));
    all.push_back(counter("subflowd_events_lost", "Times the kernel dropped events.",
                          {total(daemon.eventsLost)}));
    all.push_back(counter("subflowd_resyncs", "Times everything was asked of the kernel anew.",
                          {total(daemon.resyncs)}));
}

Family histogram(std::string name, std::string help, const Latency& latency) {
    Family family{std::move(name), Kind::histogram, "seconds", std::move(help), {}};
    std::uint64_t within = 0;
    bool open = true;
    for (const auto& [atMost, count] : latency.buckets) {
        within += count;
        open = atMost.has_value();
        family.samples.push_back(
            {"_bucket", {{"le", atMost ? seconds(*atMost) : "+Inf"}}, number(within)});
    }
    if (open)
        family.samples.push_back({"_bucket", {{"le", "+Inf"}}, number(within)});
    family.samples.push_back({"_count", {}, number(within)});
    family.samples.push_back({"_sum", {}, seconds(latency.sum)});
    return family;
}

void addLatencies(const Status& daemon, std::vector<Family>& all) {
    struct Known {
        const char* key;
        const char* name;
        const char* help;
    };

    constexpr std::array<Known, 4> known{
        {{"event_to_command", "subflowd_event_latency_seconds",
          "From an event of the kernel to the command that answers it."},
         {"command_to_ack", "subflowd_command_latency_seconds",
          "From a command to its ack or refusal."},
         {"ack_to_established", "subflowd_join_latency_seconds",
          "From the ack of a subflow's command to the subflow's being established."},
         {"snapshot", "subflowd_snapshot_duration_seconds",
          "What it took to ask everything of the kernel anew."}}};
    for (const auto& [key, name, help] : known)
        if (const auto at = daemon.latencies.find(key); at != daemon.latencies.end())
            all.push_back(histogram(name, help, at->second));
}

void addPolicies(const Status& daemon, std::vector<Family>& all) {
    if (daemon.policies.empty())
        return;
    auto strikes = counter("subflowd_policy_strikes", "Calls of a policy that threw.", {});
    auto active = gauge("subflowd_policy_active", "1; 0 for a policy that is no longer asked.", {});
    for (const auto& policy : daemon.policies) {
        const Labels labels{{"policy", policy.name}};
        strikes.samples.push_back({"_total", labels, number(policy.strikes)});
        active.samples.push_back({"", labels, policy.quarantined ? "0" : "1"});
    }
    all.push_back(std::move(strikes));
    all.push_back(std::move(active));
}

void addDaemon(const Status& daemon, std::vector<Family>& all) {
    all.push_back({"subflowd",
                   Kind::info,
                   "",
                   "The daemon.",
                   {{"_info",
                     {{"version", daemon.version}, {"mode", daemon.mode}, {"state", daemon.state}},
                     "1"}}});
    all.push_back({"subflowd_uptime_seconds",
                   Kind::gauge,
                   "seconds",
                   "Since the daemon started.",
                   {{"", {}, seconds(daemon.uptime)}}});
    all.push_back(gauge("subflowd_problems", "What is not as it should be (subflowctl doctor).",
                        {only(daemon.problems.size())}));
    addCounts(daemon, all);
    addLatencies(daemon, all);
    addPolicies(daemon, all);
}

void addLinks(const std::vector<Link>& links, std::vector<Family>& all) {
    if (links.empty())
        return;
    auto up = gauge("subflowd_link_up", "Whether a link is up and has carrier.", {});
    auto usable = gauge("subflowd_link_usable_addresses",
                        "Local addresses of a link that can carry new subflows.", {});
    for (const auto& link : links) {
        const auto count = std::ranges::count(link.addresses, "usable", &LinkAddress::usability);
        up.samples.push_back({"", {{"link", link.name}, {"role", link.role}}, link.up ? "1" : "0"});
        usable.samples.push_back(
            {"", {{"link", link.name}}, number(static_cast<std::uint64_t>(count))});
    }
    all.push_back(std::move(up));
    all.push_back(std::move(usable));
}

void addSubflows(const std::vector<Connection>& connections, std::vector<Family>& all) {
    std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> counts;
    for (const auto& connection : connections)
        for (const auto& subflow : connection.subflows)
            ++counts[{subflow.link, std::string{dbus::nameOf(subflow.state)},
                      std::string{dbus::nameOf(subflow.priority)}}];
    if (counts.empty())
        return;
    auto family = gauge("subflowd_link_subflows", "Subflows on a link.", {});
    for (const auto& [key, count] : counts) {
        const auto& [link, state, priority] = key;
        family.samples.push_back(
            {"", {{"link", link}, {"state", state}, {"priority", priority}}, number(count)});
    }
    all.push_back(std::move(family));
}

void addKernel(const std::map<std::string, std::uint64_t>& counters, std::vector<Family>& all) {
    constexpr const char* established = "MPCurrEstab"; // the only one that also falls
    if (counters.empty())
        return;
    auto family = counter("mptcp_mib", "The kernel's counters of MPTCP (nstat -az 'MPTcp*').", {});
    for (const auto& [name, value] : counters)
        if (name != established)
            family.samples.push_back({"_total", {{"counter", name}}, number(value)});
    all.push_back(std::move(family));
    if (const auto at = counters.find(established); at != counters.end())
        all.push_back(gauge("mptcp_established_connections",
                            "MPTCP connections that are established, as the kernel counts them.",
                            {only(at->second)}));
}

} // namespace

std::vector<Family> families(const Input& input) {
    std::vector<Family> all{
        gauge("subflowd_up", "Whether subflowd answers.", {only(input.daemon ? 1 : 0)})};
    if (input.daemon)
        addDaemon(*input.daemon, all);
    addLinks(input.links, all);
    addSubflows(input.connections, all);
    addKernel(input.counters, all);
    return all;
}

} // namespace subflowd::ctl::metrics
