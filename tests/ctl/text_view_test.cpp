// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "text_view.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace subflowd::ctl {
namespace {

std::size_t longestLine(const std::string& text) {
    std::istringstream in{text};
    std::size_t longest = 0;
    for (std::string line; std::getline(in, line);)
        longest = std::max(longest, line.size());
    return longest;
}

TEST(ConnectionsText, indentsTheSubflowsUnderTheirConnection) {
    auto other = examples::connection();
    other.token = Token{0xff};
    other.managedBy = core::ManagedBy::kernel;
    other.subflows.clear();
    EXPECT_EQ(connectionsText({examples::connection(), other}, Colouring::plain),
              "TOKEN       SIDE    STATE        RULE      AGE         REMOTE\n"
              "0x1234abcd  client  established  default   3 min 12 s  10.0.2.2:443\n"
              "  up       regular  eth0   10.0.1.1:40000 -> 10.0.2.2:443\n"
              "  suspect  backup   wwan0  10.0.3.1:41234 -> 10.0.2.2:443\n"
              "0x000000ff  client  established  (kernel)  3 min 12 s  10.0.2.2:443\n");
}

TEST(ConnectionsText, saysWhenThereIsNone) {
    EXPECT_EQ(connectionsText({}, Colouring::plain), "No connections.\n");
}

TEST(ConnectionsText, tellsABackupThatThePeerAskedFor) {
    auto connection = examples::connection();
    connection.subflows = {examples::initialSubflow()};
    connection.subflows[0].peerPriority = Priority::backup;
    EXPECT_NE(connectionsText({connection}, Colouring::plain).find("peer-backup"),
              std::string::npos);
}

TEST(ConnectionsText, aStateOfANewerDaemonIsUnknown) {
    auto connection = examples::connection();
    connection.subflows = {examples::initialSubflow()};
    connection.subflows[0].state = SubflowState{77};
    EXPECT_NE(connectionsText({connection}, Colouring::plain).find("  unknown"), std::string::npos);
}

TEST(ConnectionText, showsEverythingOfOneConnection) {
    EXPECT_EQ(connectionText(examples::connection(), Colouring::plain),
              "Connection 0x1234abcd\n"
              "  Side                          client\n"
              "  State                         established\n"
              "  Managed by                    subflowd\n"
              "  Rule                          default\n"
              "  Age                           3 min 12 s\n"
              "  Initial subflow               10.0.1.1:40000 -> 10.0.2.2:443\n"
              "  Joins to the initial address  allowed\n"
              "\n"
              "Subflows (local/remote ids)\n"
              "  STATE    PRIORITY  LINK   IDS          AGE         LOCAL -> REMOTE\n"
              "  up       regular   eth0   0/0 initial  3 min 12 s  10.0.1.1:40000 -> "
              "10.0.2.2:443\n"
              "  suspect  backup    wwan0  2/0          5 s         10.0.3.1:41234 -> "
              "10.0.2.2:443\n"
              "\n"
              "Announced by the peer\n"
              "  10.0.4.2:443  id 1\n"
              "\n"
              "Announced by this host\n"
              "  10.0.3.1  id 2\n");
}

TEST(ExplanationText, saysWhyInASentenceForEachPath) {
    EXPECT_EQ(explanationText(examples::connection(),
                              {examples::usedPath(), examples::failedPath()}, Colouring::plain),
              "Connection 0x1234abcd, client, established, rule default\n"
              "\n"
              "confirmed  eth0   10.0.1.1 -> 10.0.2.2:443\n"
              "    core: the application opened it.\n"
              "\n"
              "failed     wwan0  10.0.3.1 -> 10.0.2.2:443\n"
              "    reestablish: waits 12 s after 3 failures in a row.\n"
              "    3 attempts; last ended: refused (ECONNREFUSED); next in 12 s\n");
}

TEST(ExplanationText, saysThatTheKernelManagesIt) {
    auto connection = examples::connection();
    connection.managedBy = core::ManagedBy::kernel;
    EXPECT_EQ(explanationText(connection, {}, Colouring::plain),
              "Connection 0x1234abcd, client, established\n"
              "The kernel's own path manager has it; subflowd leaves it alone.\n"
              "There is no path to judge.\n");
}

TEST(ExplanationText, wrapsLongReasons) {
    auto path = examples::usedPath();
    path.reason = std::string(60, 'a').append(" ").append(60, 'b');
    EXPECT_LE(longestLine(explanationText(examples::connection(), {path}, Colouring::plain)), 80u);
}

TEST(LinksText, hasARowForEachAddress) {
    Link ethernet{LinkIndex{2}, "eth0", "ethernet", "primary", true, {}};
    ethernet.addresses = {
        {examples::ethernetAddress, "usable", false},
        {*std::optional{IpAddress::v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})},
         "deprecated", true}};
    const Link mobile{LinkIndex{3}, "wwan0", "other", "backup", false, {}, "config", true};
    EXPECT_EQ(
        linksText({ethernet, mobile}, Colouring::plain),
        "LINK   KIND      ROLE             STATE          USABILITY   ADDRESS\n"
        "eth0   ethernet  primary          up             usable      10.0.1.1\n"
        "                                                 deprecated  2001:db8::1 (temporary)\n"
        "wwan0  other     backup (config)  down, metered  -           -\n");
}

TEST(PoliciesText, tellsWhoIsQuarantined) {
    auto policies = examples::status().policies;
    policies[1].options = {{"Families", "ipv4"}, {"MaxSubflows", "8"}};
    EXPECT_EQ(policiesText(policies, Colouring::plain),
              "POLICY     STATE        STRIKES  OPTION\n"
              "lb-client  active       0        -\n"
              "fullmesh   quarantined  3        Families=ipv4\n"
              "                                 MaxSubflows=8\n");
}

TEST(StatusText, isOneScreen) {
    EXPECT_EQ(statusText(examples::status(), Colouring::plain),
              "subflowd 0.1.0\n"
              "  State         running\n"
              "  Mode          userspace\n"
              "  Uptime        2 h 5 min\n"
              "  Path manager  userspace\n"
              "  Connections   12 now (2 left to the kernel), 0 seen\n"
              "  Subflows      30 now (0 pending); 0 requested, 0 established, 0 failed\n"
              "  Commands      0 sent, 0 refused\n"
              "  Events        lost 0 times, 1 resync, 0 repairs\n"
              "  Policies      lb-client, fullmesh (quarantined)\n"
              "  Latency             half within  99% within  times\n"
              "    event to command       100 us        1 ms  100\n"
              "    snapshot                16 us       16 us  1\n"
              "  Kernel features\n"
              "    path-manager-name, per-token-get-addr\n");
}

TEST(StatusText, TellsWhatPeersWereNotLetDo) {
    auto status = examples::status();
    status.counts["announcements_refused"] = 1;
    status.counts["inbound_refused"] = 20;
    const auto text = statusText(status, Colouring::plain);
    EXPECT_NE(text.find("  Guard         1 announced address refused, 0 ignored; "
                        "joins delayed 0 times; 20 subflows of peers refused\n"),
              std::string::npos)
        << text;
}

TEST(StatusText, namesTheProblems) {
    auto status = examples::status();
    status.state = "degraded";
    status.problems = {"Another path manager is listening."};
    const auto text = statusText(status, Colouring::plain);
    EXPECT_NE(text.find("\nProblem: Another path manager is listening.\n"), std::string::npos)
        << text;
}

TEST(StatusText, hasNoLatencyWhereNothingHappened) {
    auto status = examples::status();
    for (auto& [name, latency] : status.latencies)
        for (auto& bucket : latency.buckets)
            bucket.count = 0;
    EXPECT_EQ(statusText(status, Colouring::plain).find("Latency"), std::string::npos);
}

TEST(StatusText, saysThatMoreWasLongerThanIsMeasured) {
    auto status = examples::status();
    status.latencies = {{"ack_to_established", {{}, {{std::chrono::seconds{4}, 1}, {{}, 2}}}}};
    EXPECT_NE(statusText(status, Colouring::plain)
                  .find("    ack to established     over 4 s    over 4 s  3\n"),
              std::string::npos)
        << statusText(status, Colouring::plain);
}

TEST(TextViews, fitEightyColumns) {
    EXPECT_LE(longestLine(connectionsText({examples::connection()}, Colouring::plain)), 80u);
    auto status = examples::status();
    EXPECT_LE(longestLine(statusText(status, Colouring::plain)), 80u);
    status.latencies = {
        {"ack_to_established", {{}, {{Microseconds{524288}, 0}, {{}, 1'000'000'000'000}}}}};
    EXPECT_LE(longestLine(statusText(status, Colouring::plain)), 80u);
}

} // namespace
} // namespace subflowd::ctl
