// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "doctor/fact_lookup.hpp"

namespace subflowd::ctl::doctor {

namespace {

/// What it takes to notice that a path is gone, find another one and join there.
constexpr std::uint64_t fewestSeconds = 10;

} // namespace

Findings closeTimeout(const Facts& facts) {
    const auto seconds = numberOf(facts, "net.mptcp.close_timeout");
    if (!seconds)
        return {};
    if (*seconds < fewestSeconds)
        return {{"close-timeout", Verdict::warning,
                 "The kernel gives up a connection " + std::to_string(*seconds) +
                     " s after it lost its last subflow: subflowd has hardly time to rescue it.",
                 "sysctl net.mptcp.close_timeout=60"}};
    return {{"close-timeout", Verdict::ok,
             "A connection that lost its last subflow can be rescued for " +
                 std::to_string(*seconds) + " s.",
             ""}};
}

Findings joinInitial(const Facts& facts) {
    const auto allowed = numberOf(facts, "net.mptcp.allow_join_initial_addr_port");
    if (!allowed)
        return {};
    if (*allowed != 0)
        return {{"join-initial", Verdict::ok,
                 "Clients of this host may join the address that they connected to.", ""}};
    if (facts.announceConfigured || hasEndpoint(facts, core::EndpointFlags::signal))
        return {{"join-initial", Verdict::ok,
                 "Clients of this host may not join the address that they connected to, and are "
                 "told of others.",
                 ""}};
    return {{"join-initial", Verdict::warning,
             "Clients of this host may not join the address that they connected to "
             "(net.mptcp.allow_join_initial_addr_port=0), and nothing says that they are told of "
             "another one: they may never get a second subflow.",
             "Behind a load balancer, announce this host's own address: [Policy announce] in "
             "subflowd.conf(5), or ip mptcp endpoint add ADDRESS signal. Elsewhere: sysctl "
             "net.mptcp.allow_join_initial_addr_port=1."}};
}

} // namespace subflowd::ctl::doctor
