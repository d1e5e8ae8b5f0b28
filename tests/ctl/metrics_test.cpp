// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "metrics/families.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::ctl::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, sayThatTheDaemonDoesNotRun) {
    EXPECT_EQ(openMetrics(families({})), "# TYPE subflowd_up gauge\n"
                                         "# HELP subflowd_up Whether subflowd answers.\n"
                                         "subflowd_up 0\n"
                                         "# EOF\n");
}

TEST(Metrics, tellOfTheDaemon) {
    Input input;
    input.daemon = examples::status();
    input.daemon->counts = {{"connections", 12}, {"commands", 345}, {"foreign", 2}};
    const auto text = openMetrics(families(input));
    for (const char* line : {
             "subflowd_up 1\n",
             "subflowd_info{version=\"0.1.0\",mode=\"userspace\",state=\"running\"} 1\n",
             "# TYPE subflowd_uptime_seconds gauge\n# UNIT subflowd_uptime_seconds seconds\n",
             "subflowd_uptime_seconds 7500.000000\n",
             "# TYPE subflowd_connections gauge\n",
             "subflowd_connections 12\n",
             "subflowd_connections_of_kernel 2\n",
             "# TYPE subflowd_commands counter\n",
             "subflowd_commands_total 345\n",
             "subflowd_resyncs_total 1\n",
             "# TYPE subflowd_event_latency_seconds histogram\n",
             "subflowd_event_latency_seconds_bucket{le=\"0.000100\"} 98\n"
             "subflowd_event_latency_seconds_bucket{le=\"0.001000\"} 99\n"
             "subflowd_event_latency_seconds_bucket{le=\"+Inf\"} 100\n"
             "subflowd_event_latency_seconds_count 100\n"
             "subflowd_event_latency_seconds_sum 1.234567\n",
             "# TYPE subflowd_command_latency_seconds histogram\n"
             "# UNIT subflowd_command_latency_seconds seconds\n",
             "subflowd_command_latency_seconds_bucket{le=\"0.000001\"} 0\n"
             "subflowd_command_latency_seconds_bucket{le=\"+Inf\"} 0\n"
             "subflowd_command_latency_seconds_count 0\n"
             "subflowd_command_latency_seconds_sum 0.000000\n",
             "# UNIT subflowd_snapshot_duration_seconds seconds\n",
             "subflowd_policy_strikes_total{policy=\"fullmesh\"} 3\n",
             "subflowd_policy_active{policy=\"fullmesh\"} 0\n",
         })
        EXPECT_THAT(text, HasSubstr(line));
}

TEST(Metrics, closeAHistogramWhoseLastBucketIsBounded) {
    Input input;
    input.daemon = examples::status();
    input.daemon->latencies = {
        {"ack_to_established", {Microseconds{90}, {{Microseconds{100}, 5}}}}};
    EXPECT_THAT(openMetrics(families(input)),
                HasSubstr("subflowd_join_latency_seconds_bucket{le=\"+Inf\"} 5\n"
                          "subflowd_join_latency_seconds_count 5\n"
                          "subflowd_join_latency_seconds_sum 0.000090\n"));
}

TEST(Metrics, haveNoHistogramThatTheDaemonDoesNotKnow) {
    Input input;
    input.daemon = examples::status();
    EXPECT_THAT(openMetrics(families(input)), Not(HasSubstr("subflowd_join_latency")));
}

TEST(Metrics, countSubflowsOfALinkWithoutNamingConnections) {
    Input input;
    input.connections = {examples::connection(), examples::connection()};
    const auto text = openMetrics(families(input));
    EXPECT_THAT(text, HasSubstr("subflowd_link_subflows{link=\"eth0\",state=\"up\","
                                "priority=\"regular\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("subflowd_link_subflows{link=\"wwan0\",state=\"suspect\","
                                "priority=\"backup\"} 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("0x1234abcd")));
}

TEST(Metrics, tellOfLinks) {
    Input input;
    input.links = {{LinkIndex{2},
                    "eth0",
                    "ethernet",
                    "backup",
                    true,
                    {{examples::ethernetAddress, "usable", false},
                     {examples::mobileAddress, "tentative", false}}}};
    const auto text = openMetrics(families(input));
    EXPECT_THAT(text, HasSubstr("subflowd_link_up{link=\"eth0\",role=\"backup\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("subflowd_link_usable_addresses{link=\"eth0\"} 1\n"));
}

TEST(Metrics, haveTheKernelsCountersAndWhatIsNone) {
    Input input;
    input.counters = {{"MPJoinSynTx", 4}, {"MPCurrEstab", 2}};
    const auto text = openMetrics(families(input));
    EXPECT_THAT(text, HasSubstr("mptcp_mib_total{counter=\"MPJoinSynTx\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE mptcp_established_connections gauge\n"));
    EXPECT_THAT(text, HasSubstr("mptcp_established_connections 2\n"));
    EXPECT_THAT(text, Not(HasSubstr("counter=\"MPCurrEstab\"")));
}

TEST(Metrics, escapeLabels) {
    const std::vector<Family> odd{
        {"a", Kind::gauge, "", "b\\c", {{"", {{"l", "x\"y\\z\n"}}, "1"}}}};
    EXPECT_EQ(openMetrics(odd), "# TYPE a gauge\n"
                                "# HELP a b\\\\c\n"
                                "a{l=\"x\\\"y\\\\z\\n\"} 1\n"
                                "# EOF\n");
}

TEST(MetricsJson, hasNumbers) {
    EXPECT_EQ(metricsJson(families({})),
              R"({"schema":1,"metrics":[{"name":"subflowd_up","type":"gauge","unit":null,)"
              R"("help":"Whether subflowd answers.","samples":[{"name":"subflowd_up",)"
              R"("labels":{},"value":0}]}]})"
              "\n");
}

} // namespace
} // namespace subflowd::ctl::metrics
