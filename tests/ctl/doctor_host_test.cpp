// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "healthy_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The checks of who decides, and of the network.
namespace subflowd::ctl::doctor {
namespace {

using examples::healthyHost;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto signal = core::EndpointFlags::signal;
constexpr auto subflow = core::EndpointFlags::subflow;
constexpr auto fullmesh = core::EndpointFlags::fullmesh;

Finding only(const Findings& findings, const char* check, Verdict verdict) {
    EXPECT_EQ(findings.size(), 1U);
    if (findings.empty())
        return {};
    EXPECT_EQ(findings.front().check, check);
    EXPECT_STREQ(nameOf(findings.front().verdict), nameOf(verdict)) << findings.front().sentence;
    return findings.front();
}

Facts withoutDaemon() {
    auto facts = healthyHost();
    facts.daemon.reset();
    facts.daemonFailure = "subflowd is not running on this bus.";
    facts.pathManagers.clear();
    return facts;
}

TEST(DoctorOwners, missTheDaemon) {
    const auto finding = only(daemon(withoutDaemon()), "daemon", Verdict::problem);
    EXPECT_EQ(finding.sentence, "subflowd is not running on this bus.");
    EXPECT_THAT(finding.remedy, HasSubstr("systemctl enable --now subflowd"));
}

TEST(DoctorOwners, findTheDaemonOnAnotherBus) {
    auto facts = withoutDaemon();
    facts.pathManagers = {{321, "subflowd"}};
    EXPECT_THAT(only(daemon(facts), "daemon", Verdict::problem).remedy, HasSubstr("--bus"));
    only(pathManager(facts), "path-manager", Verdict::ok);
}

TEST(DoctorOwners, passOnWhatTheDaemonComplainsOf) {
    auto facts = healthyHost();
    facts.daemon->problems = {"The policy fullmesh threw.", "No route."};
    const auto findings = daemon(facts);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].sentence, "The policy fullmesh threw.");
    EXPECT_TRUE(isWrong(findings[1]));
}

TEST(DoctorOwners, passOnWhatIsWrongWithTheConfiguration) {
    auto facts = healthyHost();
    facts.configuration = {{config::Severity::warning, {"a.conf", 3}, "unknown key 'Rol'"},
                           {config::Severity::error, {"b.conf", 7}, "'x' is no number"}};
    const auto findings = configuration(facts);
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].verdict, Verdict::warning);
    EXPECT_EQ(findings[1].verdict, Verdict::problem);
    EXPECT_THAT(findings[1].sentence, HasSubstr("b.conf:7"));
}

TEST(DoctorOwners, findConnectionsThatNobodyManages) {
    const auto facts = withoutDaemon();
    EXPECT_THAT(only(pathManager(facts), "path-manager", Verdict::problem).sentence,
                HasSubstr("none runs"));
}

TEST(DoctorOwners, findTheKernelInChargeInPlaceOfTheDaemon) {
    auto facts = healthyHost();
    facts.sysctls["net.mptcp.path_manager"] = "kernel";
    only(pathManager(facts), "path-manager", Verdict::problem);
    facts.daemon->mode = "observe";
    only(pathManager(facts), "path-manager", Verdict::ok);
    facts = withoutDaemon();
    facts.sysctls["net.mptcp.path_manager"] = "kernel";
    only(pathManager(facts), "path-manager", Verdict::ok);
}

TEST(DoctorOwners, findNothingWrongWithTheKernelWhereItIsToDecide) {
    auto facts = healthyHost();
    facts.daemon->mode = "kernel";
    facts.daemon->counts["foreign"] = 3;
    facts.sysctls["net.mptcp.path_manager"] = "kernel";
    only(pathManager(facts), "path-manager", Verdict::ok);
    EXPECT_THAT(olderConnections(facts), IsEmpty());
    facts.networkManager = true;
    EXPECT_THAT(only(networkManager(facts), "networkmanager", Verdict::note).sentence,
                HasSubstr("both keep"));
    facts.sysctls["net.mptcp.path_manager"] = "userspace";
    EXPECT_THAT(only(pathManager(facts), "path-manager", Verdict::problem).remedy,
                HasSubstr("net.mptcp.path_manager=kernel"));
}

TEST(DoctorOwners, knowTheOldNameOfThePathManagerSysctl) {
    auto facts = healthyHost();
    facts.sysctls.erase("net.mptcp.path_manager");
    facts.sysctls["net.mptcp.pm_type"] = "0";
    only(pathManager(facts), "path-manager", Verdict::problem);
    facts.sysctls["net.mptcp.pm_type"] = "1";
    only(pathManager(facts), "path-manager", Verdict::ok);
}

TEST(DoctorOwners, findOtherPathManagers) {
    auto facts = healthyHost();
    facts.pathManagers.push_back({17, "mptcpd"});
    EXPECT_THAT(only(otherPathManagers(facts), "other-path-managers", Verdict::problem).sentence,
                HasSubstr("mptcpd (process 17)"));
    facts.pathManagers.back() = {18, "subflowd"};
    only(otherPathManagers(facts), "other-path-managers", Verdict::problem);
    facts.pathManagers.back() = {19, "ip"};
    only(otherPathManagers(facts), "other-path-managers", Verdict::note);
    facts.pathManagers.back() = {};
    EXPECT_THAT(only(otherPathManagers(facts), "other-path-managers", Verdict::note).sentence,
                HasSubstr("another user"));
}

TEST(DoctorOwners, leaveNetworkManagerAlone) {
    auto facts = healthyHost();
    facts.networkManager = true;
    only(networkManager(facts), "networkmanager", Verdict::ok);
    facts.sysctls["net.mptcp.path_manager"] = "kernel";
    only(networkManager(facts), "networkmanager", Verdict::note);
}

TEST(DoctorOwners, findEndpointsThatContradictTheHost) {
    auto facts = healthyHost();
    const auto judge = [&facts](const core::KernelEndpoint& endpoint) {
        facts.endpoints = {endpoint};
        return endpoints(facts);
    };
    const Endpoint elsewhere{IpAddress::v4(192, 0, 2, 9), 0};
    const Endpoint here{IpAddress::v4(10, 0, 1, 1), 0};
    EXPECT_THAT(
        only(judge({elsewhere, AddressId{3}, subflow, noLink}), "endpoints", Verdict::warning)
            .remedy,
        HasSubstr("delete id 3"));
    only(judge({elsewhere, AddressId{3}, signal, noLink}), "endpoints", Verdict::ok);
    only(judge({here, AddressId{1}, subflow, LinkIndex{2}}), "endpoints", Verdict::ok);
    EXPECT_THAT(
        only(judge({here, AddressId{1}, subflow, LinkIndex{3}}), "endpoints", Verdict::warning)
            .sentence,
        HasSubstr("on eth0, but bound to wwan0"));
    EXPECT_THAT(
        only(judge({here, AddressId{1}, signal | fullmesh, noLink}), "endpoints", Verdict::warning)
            .sentence,
        HasSubstr("exclude each other"));
}

TEST(DoctorOwners, judgeLimitsWhileTheKernelDecides) {
    auto facts = withoutDaemon();
    facts.limits = core::KernelLimits{0, 0};
    EXPECT_THAT(limits(facts), IsEmpty());
    facts.sysctls["net.mptcp.path_manager"] = "kernel";
    only(limits(facts), "limits", Verdict::warning);
    facts.limits = core::KernelLimits{2, 0};
    only(limits(facts), "limits", Verdict::note);
    facts.limits = core::KernelLimits{2, 1};
    only(limits(facts), "limits", Verdict::ok);
}

TEST(DoctorOwners, tellOfOlderConnections) {
    auto facts = healthyHost();
    facts.daemon->counts["foreign"] = 1;
    EXPECT_THAT(only(olderConnections(facts), "older-connections", Verdict::note).sentence,
                HasSubstr("1 connection "));
}

TEST(DoctorNetwork, wantsTwoUplinks) {
    auto facts = healthyHost();
    facts.links[2].up = false;
    EXPECT_THAT(only(uplinks(facts), "uplinks", Verdict::note).sentence, HasSubstr("eth0"));
    facts.links[1].role = "ignore";
    only(uplinks(facts), "uplinks", Verdict::problem);
}

TEST(DoctorNetwork, findsTheSecondAddressWithoutARoute) {
    auto facts = healthyHost();
    std::erase_if(facts.routes, [](const core::network::Route& route) {
        return route.link == LinkIndex{3} && route.destination == Prefix{};
    });
    const auto finding = only(routes(facts), "routes", Verdict::warning);
    EXPECT_THAT(finding.sentence, HasSubstr("wwan0 (10.0.3.1)"));
    EXPECT_THAT(finding.remedy, HasSubstr("dev wwan0"));
    facts.links[2].role = "ignore";
    only(routes(facts), "routes", Verdict::ok);
}

TEST(DoctorNetwork, doesNotAskBridgesForADefaultRoute) {
    auto facts = healthyHost();
    facts.links.push_back({LinkIndex{9},
                           "docker0",
                           "bridge",
                           "primary",
                           true,
                           {{IpAddress::v4(172, 17, 0, 1), "usable", false}}});
    only(routes(facts), "routes", Verdict::ok);
}

TEST(DoctorNetwork, tellsOfAddressesThatAreNotReady) {
    auto facts = healthyHost();
    facts.links[1].addresses[1].usability = "tentative";
    EXPECT_THAT(only(addresses(facts), "addresses", Verdict::warning).remedy,
                HasSubstr("dadfailed"));
    facts.links[1].addresses[1].usability = "deprecated";
    only(addresses(facts), "addresses", Verdict::note);
}

TEST(DoctorNetwork, findsAStrictFilterThatDropsAnswers) {
    auto facts = healthyHost();
    facts.sources = {{IpAddress::v4(10, 0, 3, 1), "wwan0", "eth0", 1}};
    const auto finding = only(reversePathFilter(facts), "rp-filter", Verdict::warning);
    EXPECT_THAT(finding.remedy, HasSubstr("net.ipv4.conf.wwan0.rp_filter=2"));
    facts.sources[0].reversePathFilter = 2;
    only(reversePathFilter(facts), "rp-filter", Verdict::ok);
    facts.sources[0] = {IpAddress::v4(10, 0, 3, 1), "wwan0", "wwan0", 1};
    only(reversePathFilter(facts), "rp-filter", Verdict::ok);
    facts.sources[0].routed.reset();
    only(reversePathFilter(facts), "rp-filter", Verdict::ok);
    facts.sources[0].routed = "";
    EXPECT_THAT(only(reversePathFilter(facts), "rp-filter", Verdict::warning).sentence,
                HasSubstr("through no link"));
}

} // namespace
} // namespace subflowd::ctl::doctor
