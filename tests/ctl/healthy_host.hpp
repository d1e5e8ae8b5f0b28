// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "doctor/facts.hpp"
#include "examples.hpp"

#include <subflowd/address_text.hpp>

/// A host of which `doctor` finds nothing to say; each test breaks something.
namespace subflowd::ctl::examples {

inline Link uplink(LinkIndex index, const char* name, std::vector<LinkAddress> addresses) {
    return {index, name, "ethernet", "primary", true, std::move(addresses)};
}

inline doctor::Facts healthyHost() {
    const auto loopback = IpAddress::v4(127, 0, 0, 1);
    const auto ethernet6 = *parseAddress("2001:db8:1::1");
    doctor::Facts facts;
    facts.sysctls = {{"net.mptcp.enabled", "1"},
                     {"net.mptcp.path_manager", "userspace"},
                     {"net.mptcp.close_timeout", "60"},
                     {"net.mptcp.allow_join_initial_addr_port", "1"}};
    facts.endpoints.emplace();
    facts.limits = core::KernelLimits{2, 0};
    facts.counters = {{"MPCapableSYNTX", 4}, {"MPJoinSynTx", 4}, {"MPJoinSynAckRx", 4}};
    facts.sockets = doctor::SocketCount{2, 0, 1};
    facts.links = {
        {LinkIndex{1}, "lo", "loopback", "ignore", true, {{loopback, "wrong-scope", false}}},
        uplink(LinkIndex{2}, "eth0",
               {{ethernetAddress, "usable", false}, {ethernet6, "usable", false}}),
        uplink(LinkIndex{3}, "wwan0", {{mobileAddress, "usable", false}})};
    const IpAddress unspecified6 = *parseAddress("::");
    facts.routes = {{LinkIndex{2}, Prefix{}, IpAddress::v4(10, 0, 1, 2), 254, 100},
                    {LinkIndex{2}, Prefix{unspecified6, 0}, *parseAddress("fe80::1"), 254, 100},
                    {LinkIndex{3}, Prefix{}, IpAddress::v4(10, 0, 3, 2), 254, 200}};
    facts.sources = {{ethernetAddress, "eth0", "eth0", 1}, {mobileAddress, "wwan0", "wwan0", 1}};
    facts.pathManagers = {{100, "subflowd"}};
    facts.daemon = status();
    facts.daemon->counts["foreign"] = 0;
    return facts;
}

} // namespace subflowd::ctl::examples
