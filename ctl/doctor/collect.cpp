// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/collect.hpp"

#include "client.hpp"
#include "doctor/bus_peer.hpp"
#include "doctor/trial.hpp"
#include "failure.hpp"
#include "host/mib_counters.hpp"
#include "host/short_file.hpp"
#include "kernel_view.hpp"
#include "netlink/control.hpp"
#include "netlink/endpoints.hpp"
#include "netlink/host_queries.hpp"
#include "runtime/configurator.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace subflowd::ctl::doctor {

namespace {

constexpr std::array sysctls{
    "net.mptcp.enabled",
    "net.mptcp.path_manager",
    "net.mptcp.pm_type",
    "net.mptcp.close_timeout",
    "net.mptcp.allow_join_initial_addr_port",
    "net.mptcp.blackhole_timeout",
    "net.mptcp.syn_retrans_before_tcp_fallback",
    "net.mptcp.add_addr_timeout",
    "net.mptcp.checksum_enabled",
    "net.mptcp.scheduler",
    "net.mptcp.stale_loss_cnt",
    "net.ipv4.tcp_timestamps",
};

std::optional<std::string> sysctl(std::string name) {
    std::ranges::replace(name, '.', '/');
    return host::readLine("/proc/sys/" + name);
}

/// What the kernel does not tell is not judged.
void readEndpoints(netlink::FamilyId family, Facts& facts) {
    try {
        facts.endpoints = netlink::kernelEndpoints(family);
        facts.limits = netlink::kernelLimits(family);
    } catch (const std::runtime_error&) {
    }
}

void readKernel(Facts& facts) {
    try {
        const auto features = netlink::resolveKernel();
        facts.userspaceCommands = features.userspaceCommands;
        facts.pathManagers = host::otherPathManagers(static_cast<std::uint32_t>(features.events));
        readEndpoints(features.family, facts);
    } catch (const std::runtime_error&) {
        facts.userspaceCommands = false;
    }
}

std::optional<SocketCount> countSockets() {
    using Kind = netlink::ConnectionSample::Kind;
    try {
        SocketCount count;
        for (const auto& connection : netlink::sampleSockets().connections) {
            count.connections += connection.kind == Kind::multipath ? 1U : 0U;
            count.fallbacks += connection.kind == Kind::fallback ? 1U : 0U;
            count.listeners += connection.kind == Kind::listening ? 1U : 0U;
        }
        return count;
    } catch (const std::runtime_error&) {
        return std::nullopt;
    }
}

/// Returns the links as the daemon knows them.
std::vector<Link> readDaemon(const std::string& bus, Facts& facts) {
    try {
        Client client{bus};
        facts.daemon = client.status();
        return client.links();
    } catch (const CommandFailure& failure) {
        facts.daemonFailure = failure.what();
        return {};
    }
}

/// What the daemon was told of roles counts for more than what the files say now.
void takeRoles(const std::vector<Link>& known, Facts& facts) {
    for (const auto& other : known)
        for (auto& link : facts.links)
            if (link.index == other.index && link.name == other.name) {
                link.role = other.role;
                link.source = other.source;
                link.metered = other.metered;
            }
}

std::vector<core::LinkRule> readConfiguration(Facts& facts) {
    const runtime::Options systemsFiles;
    auto reading = runtime::Configurator{systemsFiles}.read();
    facts.configuration = std::move(reading.diagnostics);
    facts.announceConfigured =
        std::ranges::any_of(reading.config.policies, [](const config::PolicySection& section) {
            return section.policy == "announce" && !section.settings.empty();
        });
    std::vector<core::LinkRule> rules;
    for (const auto& link : reading.config.links)
        rules.push_back(link.rule);
    return rules;
}

std::uint32_t reversePathFilter(const std::string& link) {
    std::uint32_t strictest = 0; // as the kernel has it: the larger number is in force
    for (const auto& name : {std::string{"all"}, link}) {
        const auto text = host::readLine("/proc/sys/net/ipv4/conf/" + name + "/rp_filter");
        const auto number = detail::parseWhole<std::uint32_t>(text.value_or(""));
        strictest = std::max(strictest, number.value_or(0));
    }
    return strictest;
}

SourceAddress sourceAddress(const Facts& facts, const Link& link, const IpAddress& address) {
    SourceAddress source{address, link.name, std::nullopt, 0};
    if (address.family() == Family::ipv4)
        source.reversePathFilter = reversePathFilter(link.name);
    const auto far = farAddress(facts.routes, address.family());
    const auto routed = far ? netlink::routedLink(address, *far) : std::nullopt;
    if (!routed)
        return source;
    const auto through = std::ranges::find(facts.links, *routed, &Link::index);
    source.routed = through == facts.links.end() ? std::string{} : through->name;
    return source;
}

void readNetwork(const std::vector<core::LinkRule>& rules, Facts& facts) {
    const KernelView view{rules};
    facts.links = view.links();
    facts.routes = view.routes();
    for (const auto& link : facts.links)
        for (const auto& address : link.addresses)
            if (address.usability == "usable")
                facts.sources.push_back(sourceAddress(facts, link, address.address));
}

} // namespace

std::map<std::string, std::string> readSysctls() {
    std::map<std::string, std::string> found;
    for (const auto* name : sysctls)
        if (auto value = sysctl(name))
            found.emplace(name, std::move(*value));
    return found;
}

std::map<std::string, std::uint64_t> readCounters() {
    host::MibCounters counters;
    return host::mibCounters(counters.read(), "MPTcpExt");
}

std::optional<IpAddress> farAddress(std::span<const core::network::Route> routes, Family family) {
    const std::array<IpAddress, 3> ipv4{IpAddress::v4(192, 0, 2, 1), IpAddress::v4(198, 51, 100, 1),
                                        IpAddress::v4(203, 0, 113, 1)};
    const std::array<IpAddress, 2> ipv6{*parseAddress("2001:db8::1"), *parseAddress("3fff::1")};
    const auto candidates = family == Family::ipv4 ? std::span<const IpAddress>{ipv4}
                                                   : std::span<const IpAddress>{ipv6};
    const auto isCovered = [routes](const IpAddress& candidate) {
        return std::ranges::any_of(routes, [&candidate](const core::network::Route& route) {
            return route.destination.length() != 0 && route.destination.contains(candidate);
        });
    };
    const auto free = std::ranges::find_if_not(candidates, isCovered);
    return free == candidates.end() ? std::nullopt : std::optional{*free};
}

Facts collect(const std::string& bus) {
    Facts facts;
    facts.sysctls = readSysctls();
    readKernel(facts);
    facts.sockets = countSockets(); // these two before the trials, which count too
    facts.counters = readCounters();
    facts.ipv4 = tryMultipath(Family::ipv4);
    facts.ipv6 = tryMultipath(Family::ipv6);
    const auto known = readDaemon(bus, facts);
    facts.networkManager = isOnBus(bus, "org.freedesktop.NetworkManager");
    readNetwork(readConfiguration(facts), facts);
    takeRoles(known, facts);
    return facts;
}

} // namespace subflowd::ctl::doctor
