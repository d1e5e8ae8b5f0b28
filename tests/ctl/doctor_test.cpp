// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/checks.hpp"
#include "healthy_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::ctl::doctor {
namespace {

using examples::healthyHost;
using testing::HasSubstr;
using testing::IsEmpty;

/// The only finding, whose verdict and check are as they should be.
Finding only(const Findings& findings, const char* check, Verdict verdict) {
    EXPECT_EQ(findings.size(), 1U);
    if (findings.empty())
        return {};
    EXPECT_EQ(findings.front().check, check);
    EXPECT_STREQ(nameOf(findings.front().verdict), nameOf(verdict)) << findings.front().sentence;
    return findings.front();
}

TEST(Doctor, findsNothingWrongWithAHealthyHost) {
    for (const auto& finding : examine(healthyHost()))
        EXPECT_EQ(finding.verdict, Verdict::ok) << finding.check << ": " << finding.sentence;
}

TEST(Doctor, tellsWhatToDoAboutWhateverIsWrong) {
    Facts broken; // nothing is there at all
    broken.daemonFailure = "subflowd is not running on this bus.";
    broken.userspaceCommands = false;
    broken.sysctls = {{"net.mptcp.enabled", "0"}};
    bool anything = false;
    for (const auto& finding : examine(broken))
        if (isWrong(finding)) {
            anything = true;
            EXPECT_NE(finding.remedy, "") << finding.check;
        }
    EXPECT_TRUE(anything);
}

TEST(DoctorKernel, withoutMptcp) {
    auto facts = healthyHost();
    facts.sysctls.clear();
    facts.ipv4 = facts.ipv6 = Trial::unsupported;
    EXPECT_THAT(only(mptcp(facts), "mptcp", Verdict::problem).remedy, HasSubstr("CONFIG_MPTCP"));
    EXPECT_THAT(userspaceCommands(facts), IsEmpty());
    EXPECT_THAT(pathManager(facts), IsEmpty());
    EXPECT_THAT(closeTimeout(facts), IsEmpty());
}

TEST(DoctorKernel, withMptcpTurnedOff) {
    auto facts = healthyHost();
    facts.sysctls["net.mptcp.enabled"] = "0";
    facts.ipv4 = facts.ipv6 = Trial::disabled;
    EXPECT_THAT(only(mptcp(facts), "mptcp", Verdict::problem).remedy,
                HasSubstr("net.mptcp.enabled=1"));
    EXPECT_THAT(ipv6(facts), IsEmpty()) << "said once is enough";
}

TEST(DoctorKernel, thatForbidsSockets) {
    auto facts = healthyHost();
    facts.ipv4 = Trial::unsupported;
    only(mptcp(facts), "mptcp", Verdict::problem);
}

TEST(DoctorKernel, whoseLoopbackIsDown) {
    auto facts = healthyHost();
    facts.ipv4 = Trial::failed;
    only(mptcp(facts), "mptcp", Verdict::unknown);
}

TEST(DoctorKernel, withoutMptcpForIpv6) {
    auto facts = healthyHost();
    facts.ipv6 = Trial::unsupported;
    EXPECT_THAT(only(ipv6(facts), "ipv6", Verdict::warning).remedy, HasSubstr("CONFIG_MPTCP_IPV6"));
    for (auto& link : facts.links)
        std::erase_if(link.addresses, [](const LinkAddress& address) {
            return address.address.family() == Family::ipv6;
        });
    EXPECT_THAT(ipv6(facts), IsEmpty()) << "nobody misses it on a host without IPv6";
}

TEST(DoctorKernel, thatIsTooOld) {
    auto facts = healthyHost();
    facts.userspaceCommands = false;
    only(userspaceCommands(facts), "kernel", Verdict::problem);
}

TEST(DoctorKernel, withoutMptcpDiag) {
    auto facts = healthyHost();
    facts.sockets.reset();
    EXPECT_THAT(only(socketDiagnostics(facts), "inet-diag", Verdict::problem).remedy,
                HasSubstr("mptcp_diag"));
    EXPECT_THAT(applications(facts), IsEmpty());
}

TEST(DoctorCounters, countApplications) {
    auto facts = healthyHost();
    facts.sockets = SocketCount{};
    facts.counters.clear();
    EXPECT_THAT(only(applications(facts), "applications", Verdict::note).remedy,
                HasSubstr("mptcpize"));
    facts.counters["MPCapableSYNTX"] = 1;
    only(applications(facts), "applications", Verdict::ok);
}

TEST(DoctorCounters, tellOfABlackHole) {
    auto facts = healthyHost();
    facts.counters["Blackhole"] = 2;
    facts.counters["MPCapableSYNTXDisabled"] = 7;
    only(blackHole(facts), "black-hole", Verdict::note);
    facts.ipv4 = Trial::fellBack;
    facts.sysctls["net.mptcp.blackhole_timeout"] = "1800";
    const auto now = only(blackHole(facts), "black-hole", Verdict::problem);
    EXPECT_THAT(now.sentence, HasSubstr("7 connections began as plain TCP"));
    EXPECT_THAT(now.remedy, HasSubstr("net.mptcp.blackhole_timeout=1800"));
    EXPECT_THAT(fallback(facts), IsEmpty()) << "it is the black hole's fault";
    EXPECT_THAT(mptcp(facts), IsEmpty());
}

TEST(DoctorCounters, tellOfFallbackWithoutABlackHole) {
    auto facts = healthyHost();
    facts.ipv4 = Trial::fellBack;
    only(fallback(facts), "fallback", Verdict::problem);
    facts.ipv4 = Trial::multipath;
    facts.counters["MPCapableSYNTX"] = 10;
    facts.counters["MPCapableFallbackSYNACK"] = 4;
    EXPECT_THAT(only(fallback(facts), "fallback", Verdict::note).sentence,
                HasSubstr("4 of 10 connections"));
}

TEST(DoctorCounters, tellOfJoinsThatNobodyAnswers) {
    auto facts = healthyHost();
    facts.counters["MPJoinSynTx"] = 3;
    facts.counters["MPJoinSynAckRx"] = 0;
    only(joins(facts), "joins", Verdict::warning);
    facts.counters["MPJoinSynTx"] = 2;
    EXPECT_THAT(joins(facts), IsEmpty()) << "two may be bad luck";
    facts.counters["MPJoinSynTx"] = 100;
    facts.counters["MPJoinSynAckRx"] = 1;
    EXPECT_THAT(joins(facts), IsEmpty()) << "they are not all dropped";
}

TEST(DoctorCounters, tellOfJoinsThatWereRefused) {
    for (const auto& [name, verdict] : {std::pair{"MismatchPortSynRx", Verdict::warning},
                                        std::pair{"MPJoinNoTokenFound", Verdict::warning},
                                        std::pair{"MPJoinAckHMacFailure", Verdict::warning},
                                        std::pair{"MPJoinRejected", Verdict::note}}) {
        auto facts = healthyHost();
        facts.counters[name] = 5;
        EXPECT_THAT(only(joins(facts), "joins", verdict).sentence, HasSubstr("5 joins")) << name;
    }
}

TEST(DoctorCounters, tellOfAnnouncementsThatDoNotFit) {
    auto facts = healthyHost();
    facts.counters["AddAddrTxDrop"] = 3;
    EXPECT_THAT(only(announcements(facts), "announcements", Verdict::note).remedy,
                HasSubstr("without a port"));
    facts.sysctls["net.ipv4.tcp_timestamps"] = "0";
    EXPECT_EQ(only(announcements(facts), "announcements", Verdict::note).remedy, "");
}

TEST(DoctorCounters, tellOfMiddleboxes) {
    for (const auto* name : {"DSSCorruptionFallback", "DataCsumErr", "MPFailRx"}) {
        auto facts = healthyHost();
        facts.counters[name] = 1;
        EXPECT_THAT(only(middleboxes(facts), "middleboxes", Verdict::warning).sentence,
                    HasSubstr("1 time "))
            << name;
    }
}

TEST(DoctorSettings, judgeTheTimeForARescue) {
    auto facts = healthyHost();
    facts.sysctls["net.mptcp.close_timeout"] = "0";
    EXPECT_THAT(only(closeTimeout(facts), "close-timeout", Verdict::warning).remedy,
                HasSubstr("net.mptcp.close_timeout=60"));
    facts.sysctls["net.mptcp.close_timeout"] = "10";
    only(closeTimeout(facts), "close-timeout", Verdict::ok);
}

TEST(DoctorSettings, judgeAServerThatDeniesItsInitialAddress) {
    auto facts = healthyHost();
    facts.sysctls["net.mptcp.allow_join_initial_addr_port"] = "0";
    only(joinInitial(facts), "join-initial", Verdict::warning);
    facts.announceConfigured = true;
    only(joinInitial(facts), "join-initial", Verdict::ok);
    facts.announceConfigured = false;
    facts.endpoints->push_back(
        {{IpAddress::v4(10, 0, 1, 1), 0}, AddressId{1}, core::EndpointFlags::signal, noLink});
    only(joinInitial(facts), "join-initial", Verdict::ok);
}

} // namespace
} // namespace subflowd::ctl::doctor
