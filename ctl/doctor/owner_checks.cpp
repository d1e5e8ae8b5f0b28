// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "doctor/fact_lookup.hpp"
#include "prose.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

namespace subflowd::ctl::doctor {

namespace {

using core::EndpointFlags;
using host::OtherPathManager;

constexpr const char* daemonName = "subflowd";

std::string described(const OtherPathManager& process) {
    if (process.pid == 0)
        return "a process of another user";
    return process.name + " (process " + std::to_string(process.pid) + ')';
}

std::vector<OtherPathManager> named(const Facts& facts, const std::string& name) {
    std::vector<OtherPathManager> found;
    std::ranges::copy_if(facts.pathManagers, std::back_inserter(found),
                         [&name](const auto& process) { return process.name == name; });
    return found;
}

Finding missingDaemon(const Facts& facts) {
    const auto processes = named(facts, daemonName);
    if (!processes.empty())
        return {"daemon", Verdict::problem,
                described(processes.front()) + " runs, but does not answer on this bus.",
                "Give subflowctl the bus that subflowd was started with (--bus)."};
    return {"daemon", Verdict::problem, facts.daemonFailure, "systemctl enable --now subflowd"};
}

Findings stateOf(const Status& daemon) {
    if (daemon.problems.empty())
        return {{"daemon", Verdict::ok,
                 "subflowd " + daemon.version + " runs in mode " + daemon.mode + '.', ""}};
    Findings findings;
    for (const auto& problem : daemon.problems)
        findings.push_back({"daemon", Verdict::problem, problem, ""});
    return findings;
}

/// What is wrong with an endpoint while the in-kernel path manager decides; empty if nothing.
std::string faultOf(const Facts& facts, const core::KernelEndpoint& endpoint) {
    const auto text = toString(endpoint.endpoint.address);
    if (hasAny(endpoint.flags, EndpointFlags::signal) &&
        hasAny(endpoint.flags, EndpointFlags::fullmesh))
        return text + " has the flags signal and fullmesh, which exclude each other.";
    if (!hasAny(endpoint.flags,
                EndpointFlags::subflow | EndpointFlags::fullmesh | EndpointFlags::laminar))
        return {}; // an address that is only announced may be another host's, as behind a NAT
    for (const auto& link : facts.links)
        for (const auto& address : link.addresses)
            if (address.address == endpoint.endpoint.address)
                return endpoint.link == noLink || endpoint.link == link.index
                           ? std::string{}
                           : text + " is on " + link.name + ", but bound to " +
                                 linkName(facts, endpoint.link) + '.';
    return text + " is not on this host.";
}

Findings faultyEndpoints(const Facts& facts) {
    Findings findings;
    for (const auto& endpoint : *facts.endpoints)
        if (const auto fault = faultOf(facts, endpoint); !fault.empty())
            findings.push_back({"endpoints", Verdict::warning, "The endpoint " + fault,
                                "ip mptcp endpoint delete id " +
                                    std::to_string(static_cast<unsigned>(endpoint.id)) +
                                    ", and look who made it (NetworkManager, a script)."});
    return findings;
}

} // namespace

Findings daemon(const Facts& facts) {
    return facts.daemon ? stateOf(*facts.daemon) : Findings{missingDaemon(facts)};
}

Findings configuration(const Facts& facts) {
    Findings findings;
    for (const auto& diagnostic : facts.configuration) {
        const bool error = diagnostic.severity == config::Severity::error;
        findings.push_back({"configuration", error ? Verdict::problem : Verdict::warning,
                            toString(diagnostic) + '.',
                            "Correct the file, then subflowctl reload."});
    }
    if (findings.empty())
        findings.push_back({"configuration", Verdict::ok, "The configuration can be used.", ""});
    return findings;
}

Findings pathManager(const Facts& facts) {
    const auto manager = pathManagerOf(facts);
    if (manager.empty())
        return {};
    if (manager == "userspace" && !facts.daemon && facts.pathManagers.empty())
        return {{"path-manager", Verdict::problem,
                 "New connections are left to a path manager in userspace, and none runs: they get "
                 "no second subflow, and refuse those of their peers.",
                 "systemctl start subflowd, or sysctl net.mptcp.path_manager=kernel (before Linux "
                 "6.15: net.mptcp.pm_type=0)."}};
    if (manager != "userspace" && daemonDecides(facts))
        return {{"path-manager", Verdict::problem,
                 "The path manager of new connections is '" + manager +
                     "': subflowd does not get to decide about them.",
                 "sysctl net.mptcp.path_manager=userspace (before Linux 6.15: "
                 "net.mptcp.pm_type=1), and find out who changed it; ManageSysctl=yes has subflowd "
                 "set it."}};
    if (manager != "kernel" && keepsEndpoints(facts))
        return {{"path-manager", Verdict::problem,
                 "The path manager of new connections is '" + manager +
                     "': the endpoints that subflowd keeps in the kernel (Mode=kernel) do nothing "
                     "for them.",
                 "sysctl net.mptcp.path_manager=kernel (before Linux 6.15: net.mptcp.pm_type=0), "
                 "and find out who changed it; ManageSysctl=yes has subflowd set it."}};
    return {{"path-manager", Verdict::ok, "The path manager of new connections is " + manager + '.',
             ""}};
}

Findings otherPathManagers(const Facts& facts) {
    Findings findings;
    auto daemons = named(facts, daemonName);
    if (daemons.size() > 1)
        findings.push_back({"other-path-managers", Verdict::problem,
                            std::to_string(daemons.size()) +
                                " instances of subflowd act on the same connections: every "
                                "subflow is made twice.",
                            "End all but one: systemctl restart subflowd, and kill the others."});
    for (const auto& process : facts.pathManagers) {
        if (process.name == daemonName)
            continue;
        if (process.name == "mptcpd")
            findings.push_back({"other-path-managers", Verdict::problem,
                                described(process) + " acts on the same connections as subflowd.",
                                "systemctl disable --now mptcp"});
        else
            findings.push_back({"other-path-managers", Verdict::note,
                                described(process) + " listens to MPTCP events as well; that does "
                                                     "no harm unless it also acts on them.",
                                ""});
    }
    if (findings.empty())
        findings.push_back(
            {"other-path-managers", Verdict::ok, "Nobody else manages MPTCP connections.", ""});
    return findings;
}

Findings networkManager(const Facts& facts) {
    if (!facts.networkManager)
        return {};
    if (pathManagerOf(facts) == "userspace")
        return {{"networkmanager", Verdict::ok,
                 "NetworkManager keeps in-kernel endpoints, which do nothing while a path manager "
                 "in userspace decides.",
                 ""}};
    if (keepsEndpoints(facts))
        return {
            {"networkmanager", Verdict::note,
             "NetworkManager and subflowd (Mode=kernel) both keep in-kernel endpoints; subflowd "
             "adds those that NetworkManager has not, and leaves its own to it.",
             "To leave them to subflowd: ImportNetworkManagerFlags=no, and "
             "connection.mptcp-flags=disabled in NetworkManager's profiles."}};
    return {{"networkmanager", Verdict::note,
             "NetworkManager keeps the in-kernel endpoints (connection.mptcp-flags).", ""}};
}

Findings endpoints(const Facts& facts) {
    if (!facts.endpoints || facts.endpoints->empty())
        return {};
    auto findings = faultyEndpoints(facts);
    const auto count = counted(facts.endpoints->size(), "in-kernel endpoint");
    if (findings.empty() && pathManagerOf(facts) == "userspace")
        findings.push_back({"endpoints", Verdict::ok,
                            count + ": without effect while a path manager in userspace decides, "
                                    "except that the policy announce takes up those with signal.",
                            ""});
    else if (findings.empty())
        findings.push_back({"endpoints", Verdict::ok, count + '.', ""});
    return findings;
}

Findings limits(const Facts& facts) {
    if (!facts.limits || pathManagerOf(facts) != "kernel" || daemonDecides(facts))
        return {};
    const auto& [subflows, accepted] = *facts.limits;
    const auto set =
        "subflows " + std::to_string(subflows) + ", add_addr_accepted " + std::to_string(accepted);
    if (subflows == 0)
        return {{"limits", Verdict::warning,
                 "The in-kernel path manager may make no subflow at all (" + set + ").",
                 "ip mptcp limits set subflows 8 add_addr_accepted 8, or let subflowd decide."}};
    if (accepted == 0)
        return {{"limits", Verdict::note,
                 "The in-kernel path manager ignores the addresses that servers announce (" + set +
                     ").",
                 ""}};
    return {{"limits", Verdict::ok, "The in-kernel path manager is limited to " + set + '.', ""}};
}

Findings olderConnections(const Facts& facts) {
    if (!facts.daemon || keepsEndpoints(facts))
        return {};
    const auto at = facts.daemon->counts.find("foreign");
    if (at == facts.daemon->counts.end() || at->second == 0)
        return {};
    return {{"older-connections", Verdict::note,
             counted(at->second, "connection") +
                 " began while the in-kernel path manager was in charge, and stay with it until "
                 "they end.",
             ""}};
}

} // namespace subflowd::ctl::doctor
