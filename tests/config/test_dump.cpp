// SPDX-License-Identifier: BSD-3-Clause
#include "config/dump.hpp"
#include "config/parse.hpp"

#include <gtest/gtest.h>

namespace subflowd::config {
namespace {

/// The values alone: a configuration that was dumped and read again comes from other places.
Config withoutOrigins(Config config) {
    config.daemon.origins.clear();
    config.guard.origins.clear();
    for (auto& rule : config.rules) {
        rule.origin = {};
        rule.origins.clear();
    }
    for (auto& link : config.links) {
        link.origin = {};
        link.origins.clear();
    }
    for (auto& policy : config.policies) {
        policy.origin = {};
        for (auto& setting : policy.settings)
            setting.origin = {};
    }
    return config;
}

constexpr std::string_view everything =
    "[Daemon]\nMode=kernel\nReceiveBuffer=5000\nEndpointFlags=laminar subflow\n"
    "[Guard]\nFilterScope=no\nAllowRemote=fd00::/8\n"
    "DenyPort=\nJoinsPerHost=2/90s\nMaxInboundOverall=7\n"
    "[Rule dc]\nMatchRemote=10.0.0.0/8 fe80::/10\n"
    "MatchPort=443 1-9\nMatchSide=client\nMatchLink=e*\n"
    "MatchFamily=ipv4\nMatchUser=0 7\nMatchCGroup=/a b\nMatchMark=0x7 1/3\nPolicies=a b\n"
    "[Rule none]\nPolicies=\n"
    "[Policy a]\nK=v w\nL=\n[Policy a dc]\nK=x#y\n"
    "[Link w*]\nRole=backup\nMetered=no\nMaxSubflows=2\n[Link x]\n";

TEST(Dump, ShowsEveryValueWithItsOrigin) {
    const auto parsed = parse("[Daemon]\nMode=observe\n[Policy lb-client]\nSettle=3\n"
                              "[Guard]\nDenyPort=\nJoinsPerHost=2/90s\n",
                              "f");
    EXPECT_EQ(dump(parsed.config), "[Daemon]\n"
                                   "Mode=observe                            # f:2\n"
                                   "ManageSysctl=yes                        # built in\n"
                                   "ReceiveBuffer=32M                       # built in\n"
                                   "LogLevel=info                           # built in\n"
                                   "MaxSubflows=8                           # built in\n"
                                   "MaxInbound=8                            # built in\n"
                                   "AuditInterval=300s                      # built in\n"
                                   "ImportNetworkManagerFlags=yes           # built in\n"
                                   "Spin=off                                # built in\n"
                                   "EndpointFlags=subflow                   # built in\n"
                                   "\n"
                                   "[Guard]\n"
                                   "FilterScope=yes                         # built in\n"
                                   "AllowPort=1024-65535                    # built in\n"
                                   "DenyPort=                               # f:6\n"
                                   "MaxRemotes=8                            # built in\n"
                                   "MaxPortsPerRemote=2                     # built in\n"
                                   "MaxPendingJoins=8                       # built in\n"
                                   "JoinsPerConnection=16/56s               # built in\n"
                                   "JoinsPerHost=2/90s                      # f:7\n"
                                   "JoinsOverall=1024/20ms                  # built in\n"
                                   "Confine=yes                             # built in\n"
                                   "InboundJoins=32/2s                      # built in\n"
                                   "MaxInboundPerPeer=1024                  # built in\n"
                                   "MaxInboundOverall=100000                # built in\n"
                                   "\n"
                                   "[Rule default]                          # built in\n"
                                   "Policies=lb-client announce reestablish # built in\n"
                                   "\n"
                                   "[Policy lb-client]                      # f:3\n"
                                   "Settle=3                                # f:4\n");
}

TEST(Dump, ReadAgainGivesTheSameValues) {
    const auto first = parse(everything, "f");
    ASSERT_FALSE(hasErrors(first.diagnostics));
    const auto second = parse(dump(first.config), "g");
    EXPECT_EQ(withoutOrigins(second.config), withoutOrigins(first.config));
    EXPECT_FALSE(hasErrors(second.diagnostics));
}

} // namespace
} // namespace subflowd::config
