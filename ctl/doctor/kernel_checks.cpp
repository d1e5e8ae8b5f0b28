// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "doctor/fact_lookup.hpp"

#include <algorithm>

namespace subflowd::ctl::doctor {

namespace {

bool hasIpv6(const Facts& facts) {
    return std::ranges::any_of(facts.links, [](const Link& link) {
        return std::ranges::any_of(link.addresses, [](const LinkAddress& address) {
            return address.address.family() == Family::ipv6 &&
                   address.address.scope() != Scope::loopback &&
                   address.address.scope() != Scope::linkLocal;
        });
    });
}

} // namespace

Findings mptcp(const Facts& facts) {
    const auto enabled = numberOf(facts, "net.mptcp.enabled");
    if (!enabled)
        return {{"mptcp", Verdict::problem, "This kernel has no Multipath TCP.",
                 "Boot Linux 5.19 or later with CONFIG_MPTCP=y."}};
    if (*enabled == 0)
        return {
            {"mptcp", Verdict::problem,
             "Multipath TCP is turned off (net.mptcp.enabled=0), as some distributions have it.",
             "sysctl net.mptcp.enabled=1, and the same line in a file of /etc/sysctl.d."}};
    switch (facts.ipv4) {
    case Trial::multipath:
        return {{"mptcp", Verdict::ok, "Multipath TCP works on this host.", ""}};
    case Trial::unsupported:
    case Trial::disabled:
        return {{"mptcp", Verdict::problem, "Applications cannot open MPTCP sockets.",
                 "Look for what forbids socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP): seccomp, an "
                 "LSM, a container."}};
    case Trial::fellBack:
        return {}; // the black hole's business, or the fallback's
    case Trial::failed:
        break;
    }
    return {{"mptcp", Verdict::unknown,
             "Multipath TCP is on; a connection to this host itself could not be tried.",
             "ip link set lo up"}};
}

Findings ipv6(const Facts& facts) {
    if (facts.ipv4 == Trial::unsupported || facts.ipv4 == Trial::disabled || !hasIpv6(facts))
        return {};
    if (facts.ipv6 == Trial::unsupported)
        return {{"ipv6", Verdict::warning,
                 "The host has IPv6 addresses, but the kernel's MPTCP knows IPv4 only: subflows "
                 "over IPv6 fail.",
                 "Boot a kernel with CONFIG_MPTCP_IPV6=y."}};
    return {{"ipv6", Verdict::ok, "Multipath TCP is there for IPv6, too.", ""}};
}

Findings userspaceCommands(const Facts& facts) {
    if (!numberOf(facts, "net.mptcp.enabled"))
        return {};
    if (!facts.userspaceCommands)
        return {{"kernel", Verdict::problem,
                 "The kernel takes no commands of a path manager in userspace.",
                 "Boot Linux 5.19 or later."}};
    return {
        {"kernel", Verdict::ok, "The kernel takes commands of a path manager in userspace.", ""}};
}

Findings socketDiagnostics(const Facts& facts) {
    if (!numberOf(facts, "net.mptcp.enabled"))
        return {};
    if (!facts.sockets)
        return {{"inet-diag", Verdict::problem,
                 "The kernel does not list its MPTCP sockets; subflowd cannot find connections "
                 "that began before it, or in a burst that it could not follow.",
                 "modprobe -a tcp_diag mptcp_diag, or a kernel with CONFIG_INET_MPTCP_DIAG."}};
    return {{"inet-diag", Verdict::ok, "The kernel lists its MPTCP sockets.", ""}};
}

} // namespace subflowd::ctl::doctor
