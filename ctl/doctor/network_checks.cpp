// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "doctor/fact_lookup.hpp"
#include "prose.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

namespace subflowd::ctl::doctor {

namespace {

/// Links without a default route are expected of these: they lead to guests, or nowhere.
bool leadsInside(const Link& link) {
    return link.kind == "bridge" || link.kind == "dummy" || link.kind == "loopback" ||
           link.kind == "vrf" || link.kind == "tunnel" || link.kind == "wireguard";
}

bool isUsable(const LinkAddress& address) {
    return address.usability == "usable";
}

bool reachesElsewhere(const Facts& facts, const Link& link) {
    return std::ranges::any_of(link.addresses, [&](const LinkAddress& address) {
        return isUsable(address) && hasDefaultRoute(facts, link.index, address.address.family());
    });
}

std::string addressesOf(const Link& link, Family family) {
    std::vector<std::string> texts;
    for (const auto& address : link.addresses)
        if (address.address.family() == family &&
            (isUsable(address) || address.usability == "no-route"))
            texts.push_back(toString(address.address));
    return joined(texts, ", ");
}

Finding missingRoute(const Link& link, const std::string& addresses, Family family) {
    const auto* const option = family == Family::ipv6 ? "-6 " : "";
    const auto* const protocol = family == Family::ipv6 ? "IPv6" : "IPv4";
    return {"routes", Verdict::warning,
            "No " + std::string{protocol} + " default route leaves through " + link.name + " (" +
                addresses + "): subflows from there reach its own network only.",
            "ip " + std::string{option} + "route add default via GATEWAY dev " + link.name +
                " metric 1000, or in a table of its own behind 'ip rule add from ADDRESS'. If " +
                link.name + " is no uplink, say so: Role=ignore in [Link " + link.name + "]."};
}

Findings missingRoutes(const Facts& facts, Family family) {
    Findings findings;
    const auto reaches = [&](const Link& link) {
        return hasDefaultRoute(facts, link.index, family);
    };
    if (std::ranges::none_of(facts.links, reaches))
        return findings;
    for (const auto& link : facts.links) {
        if (!isCandidate(link) || leadsInside(link) || reaches(link))
            continue;
        if (const auto texts = addressesOf(link, family); !texts.empty())
            findings.push_back(missingRoute(link, texts, family));
    }
    return findings;
}

std::string whyNot(const std::string& usability) {
    return usability == "tentative"
               ? "its duplicate address detection has not finished, or failed"
               : "its preferred lifetime is over: it keeps subflows and gets no new ones";
}

} // namespace

Findings uplinks(const Facts& facts) {
    std::vector<std::string> names;
    for (const auto& link : facts.links)
        if (isCandidate(link) && !leadsInside(link) && reachesElsewhere(facts, link))
            names.push_back(link.name);
    if (names.empty())
        return {{"uplinks", Verdict::problem, "No link can carry a subflow beyond its own network.",
                 "subflowctl links tells why each cannot; ip route shows where routes lead."}};
    if (names.size() == 1)
        return {{"uplinks", Verdict::note,
                 names.front() + " is the only uplink: there is nothing to combine, unless a "
                                 "server has several addresses.",
                 ""}};
    return {{"uplinks", Verdict::ok, "Uplinks: " + joined(names, ", ") + '.', ""}};
}

Findings addresses(const Facts& facts) {
    Findings findings;
    for (const auto& link : facts.links)
        for (const auto& address : link.addresses)
            if (address.usability == "tentative" || address.usability == "deprecated")
                findings.push_back(
                    {"addresses",
                     address.usability == "tentative" ? Verdict::warning : Verdict::note,
                     toString(address.address) + " on " + link.name +
                         " cannot be used: " + whyNot(address.usability) + '.',
                     address.usability == "tentative"
                         ? "ip -6 address show dev " + link.name +
                               " tells: with 'dadfailed' another host has the address."
                         : ""});
    return findings;
}

Findings routes(const Facts& facts) {
    auto findings = missingRoutes(facts, Family::ipv4);
    std::ranges::move(missingRoutes(facts, Family::ipv6), std::back_inserter(findings));
    if (findings.empty())
        findings.push_back(
            {"routes", Verdict::ok, "Every link that could be an uplink has a default route.", ""});
    return findings;
}

Findings reversePathFilter(const Facts& facts) {
    Findings findings;
    for (const auto& source : facts.sources) {
        if (source.reversePathFilter != 1 || !source.routed || *source.routed == source.link)
            continue;
        findings.push_back(
            {"rp-filter", Verdict::warning,
             source.link + " drops answers: its reverse path filter is strict, but packets from " +
                 toString(source.address) + " leave through " +
                 (source.routed->empty() ? "no link" : *source.routed) + " by the rules.",
             "sysctl net.ipv4.conf." + source.link + ".rp_filter=2, or 'ip rule add from " +
                 toString(source.address) + " lookup TABLE' with a default route through " +
                 source.link + " in that table."});
    }
    if (findings.empty())
        findings.push_back({"rp-filter", Verdict::ok,
                            "No reverse path filter stands in the way of a subflow.", ""});
    return findings;
}

} // namespace subflowd::ctl::doctor
