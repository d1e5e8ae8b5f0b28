// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "doctor/fact_lookup.hpp"
#include "prose.hpp"

namespace subflowd::ctl::doctor {

namespace {

/// Joins that may go unanswered before it looks like somebody drops them all.
constexpr std::uint64_t fewJoins = 3;

std::uint64_t sum(const Facts& facts, std::initializer_list<const char*> names) {
    std::uint64_t all = 0;
    for (const auto* name : names)
        all += counter(facts, name);
    return all;
}

Finding blackHoleNow(const Facts& facts) {
    const auto timeout = numberOf(facts, "net.mptcp.blackhole_timeout").value_or(3600);
    return {"black-hole", Verdict::problem,
            "The kernel has stopped asking for MPTCP, because a connection got no answer with its "
            "option and one without it. " +
                counted(counter(facts, "MPCapableSYNTXDisabled"), "connection") +
                " began as plain TCP because of that. It tries again after " +
                std::to_string(timeout) + " s, and longer each time.",
            "Find the firewall that drops TCP option 30 (tcpdump 'tcp[tcpflags] & tcp-syn != 0'), "
            "then sysctl net.mptcp.blackhole_timeout=" +
                std::to_string(timeout) + ": writing it ends the verdict."};
}

Findings refusedJoins(const Facts& facts) {
    Findings findings;
    if (const auto port = counter(facts, "MismatchPortSynRx"); port > 0)
        findings.push_back({"joins", Verdict::warning,
                            counted(port, "join") + " came to a port that was not announced there.",
                            "Where a NAT changes addresses, announce without a port."});
    if (const auto unknown = counter(facts, "MPJoinNoTokenFound"); unknown > 0)
        findings.push_back(
            {"joins", Verdict::warning,
             counted(unknown, "join") + " belonged to no connection of this host: a load balancer "
                                        "sends them elsewhere than their connection, or the "
                                        "connection had ended.",
             "Behind a load balancer: net.mptcp.allow_join_initial_addr_port=0, and announce this "
             "host's own address."});
    if (const auto rejected = counter(facts, "MPJoinRejected"); rejected > 0)
        findings.push_back({"joins", Verdict::note,
                            counted(rejected, "join") +
                                " of peers refused: over a limit, or while no path manager "
                                "listened.",
                            ""});
    return findings;
}

} // namespace

Findings applications(const Facts& facts) {
    if (!facts.sockets)
        return {};
    const auto& sockets = *facts.sockets;
    const auto ever = sum(facts, {"MPCapableSYNTX", "MPCapableSYNRX"});
    if (sockets.connections + sockets.fallbacks + sockets.listeners + ever == 0)
        return {{"applications", Verdict::note, "No application has used Multipath TCP so far.",
                 "Start it with 'mptcpize run', or have it open its sockets with IPPROTO_MPTCP."}};
    return {{"applications", Verdict::ok,
             counted(sockets.connections, "MPTCP connection") + " now, " +
                 counted(sockets.listeners, "listening socket") + '.',
             ""}};
}

Findings blackHole(const Facts& facts) {
    const auto verdicts = counter(facts, "Blackhole");
    if (verdicts == 0)
        return {};
    if (facts.ipv4 == Trial::fellBack)
        return {blackHoleNow(facts)};
    return {{"black-hole", Verdict::note,
             "The kernel found " + counted(verdicts, "time") +
                 " that MPTCP's first packets got lost where TCP's did not; it asks for MPTCP "
                 "again now.",
             ""}};
}

Findings fallback(const Facts& facts) {
    if (facts.ipv4 == Trial::fellBack && counter(facts, "Blackhole") == 0)
        return {{"fallback", Verdict::problem,
                 "A connection of this host to itself fell back to plain TCP.",
                 "Look for a firewall rule of this host that strips TCP options (nft list ruleset "
                 "| grep -i option)."}};
    const auto asked = counter(facts, "MPCapableSYNTX");
    const auto without = counter(facts, "MPCapableFallbackSYNACK");
    if (without == 0)
        return {};
    return {{"fallback", Verdict::note,
             std::to_string(without) + " of " + counted(asked, "connection") +
                 " that this host began went on as plain TCP: the peer, or somebody on the way, "
                 "has no MPTCP.",
             ""}};
}

Findings joins(const Facts& facts) {
    Findings findings;
    const auto sent = counter(facts, "MPJoinSynTx");
    if (sent >= fewJoins && counter(facts, "MPJoinSynAckRx") == 0)
        findings.push_back({"joins", Verdict::warning,
                            "None of " + counted(sent, "join") +
                                " was answered: a firewall may drop MP_JOIN, or the answers take "
                                "another way.",
                            "subflowctl explain TOKEN tells how each ended; tcpdump on the second "
                            "link shows whether anything comes back."});
    const auto failed = sum(facts, {"MPJoinSynAckHMacFailure", "MPJoinAckHMacFailure"});
    if (failed > 0)
        findings.push_back({"joins", Verdict::warning,
                            counted(failed, "join") +
                                " failed authentication: somebody on the way changes MPTCP's "
                                "options, or tries to intrude.",
                            "Look for a proxy or firewall on that way that rewrites TCP."});
    for (auto& finding : refusedJoins(facts))
        findings.push_back(std::move(finding));
    return findings;
}

Findings announcements(const Facts& facts) {
    const auto dropped = counter(facts, "AddAddrTxDrop");
    if (dropped == 0)
        return {};
    const bool timestamps = numberOf(facts, "net.ipv4.tcp_timestamps").value_or(1) != 0;
    return {{"announcements", Verdict::note,
             counted(dropped, "announcement") +
                 " of addresses did not fit when they should be sent" +
                 (timestamps ? "; one with an IPv6 address and a port never does while TCP has "
                               "timestamps."
                             : "."),
             timestamps ? "Announce IPv6 addresses without a port." : ""}};
}

Findings middleboxes(const Facts& facts) {
    const auto changed = sum(facts, {"DSSCorruptionFallback", "DSSCorruptionReset", "DataCsumErr",
                                     "MPFailRx", "MPFailTx"});
    if (changed == 0)
        return {};
    return {{"middleboxes", Verdict::warning,
             counted(changed, "time") + " data arrived changed, or without what belongs to it: "
                                        "somebody on the way rewrites TCP streams.",
             "Look for a transparent proxy or application gateway on the way; tcpdump on both "
             "ends shows which link."}};
}

} // namespace subflowd::ctl::doctor
