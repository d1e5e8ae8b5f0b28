// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/fact_lookup.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

namespace subflowd::ctl::doctor {

std::optional<std::uint64_t> numberOf(const Facts& facts, const std::string& sysctl) {
    const auto at = facts.sysctls.find(sysctl);
    return at == facts.sysctls.end() ? std::nullopt : detail::parseWhole<std::uint64_t>(at->second);
}

std::uint64_t counter(const Facts& facts, const std::string& name) {
    const auto at = facts.counters.find(name);
    return at == facts.counters.end() ? 0 : at->second;
}

std::string pathManagerOf(const Facts& facts) {
    if (const auto at = facts.sysctls.find("net.mptcp.path_manager"); at != facts.sysctls.end())
        return at->second;
    const auto type = numberOf(facts, "net.mptcp.pm_type");
    if (!type)
        return {};
    return *type == 0 ? "kernel" : "userspace";
}

bool daemonDecides(const Facts& facts) {
    return facts.daemon && facts.daemon->mode == "userspace";
}

bool keepsEndpoints(const Facts& facts) {
    return facts.daemon && facts.daemon->mode == "kernel";
}

bool hasEndpoint(const Facts& facts, core::EndpointFlags flags) {
    return facts.endpoints && std::ranges::any_of(*facts.endpoints, [flags](const auto& endpoint) {
               return hasAny(endpoint.flags, flags);
           });
}

std::string linkName(const Facts& facts, LinkIndex link) {
    const auto at = std::ranges::find(facts.links, link, &Link::index);
    return at == facts.links.end() ? "link " + std::to_string(static_cast<std::uint32_t>(link))
                                   : at->name;
}

bool isCandidate(const Link& link) {
    const auto serves = [](const LinkAddress& address) {
        return address.usability == "usable" || address.usability == "no-route";
    };
    return link.up && link.role != "ignore" && std::ranges::any_of(link.addresses, serves);
}

bool hasDefaultRoute(const Facts& facts, LinkIndex link, Family family) {
    return std::ranges::any_of(facts.routes, [&](const core::network::Route& route) {
        return route.link == link && route.destination.length() == 0 &&
               route.destination.address().family() == family;
    });
}

} // namespace subflowd::ctl::doctor
