// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "graph/drawing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::ctl::graph {
namespace {

using testing::HasSubstr;

std::vector<Link> links() {
    return {{LinkIndex{1},
             "lo",
             "loopback",
             "ignore",
             true,
             {{IpAddress::v4(127, 0, 0, 1), "wrong-scope", false}}},
            {LinkIndex{2},
             "eth0",
             "ethernet",
             "primary",
             true,
             {{examples::ethernetAddress, "usable", false}}},
            {LinkIndex{3},
             "wwan0",
             "ethernet",
             "primary",
             true,
             {{examples::mobileAddress, "usable", false}}},
            {LinkIndex{4},
             "wlan0",
             "ethernet",
             "primary",
             true,
             {{IpAddress::v4(10, 0, 5, 1), "usable", false}}}};
}

/// Two servers; the second one has a backup that the kernel is still waiting for.
std::vector<Connection> connections() {
    auto other = examples::connection();
    other.token = Token{7};
    const Endpoint elsewhere{IpAddress::v4(10, 0, 9, 9), 443};
    for (auto& subflow : other.subflows)
        subflow.remote = elsewhere;
    other.subflows[1].state = SubflowState::pending;
    auto third = examples::connection();
    third.subflows.pop_back();
    return {examples::connection(), other, third};
}

Topology drawn() {
    return topology(connections(), links(), 24);
}

TEST(Topology, countsSubflowsBetweenAddresses) {
    const Topology expected{
        3,
        {{"eth0", examples::ethernetAddress},
         {"wlan0", IpAddress::v4(10, 0, 5, 1)},
         {"wwan0", examples::mobileAddress}},
        {"10.0.2.2:443", "10.0.9.9:443"},
        {{0, 0, 2, 0, 0, 0}, {0, 1, 1, 0, 0, 0}, {2, 0, 0, 0, 1, 1}, {2, 1, 0, 1, 0, 1}}};
    EXPECT_EQ(drawn(), expected);
}

TEST(Topology, takesAllPortsOfAClientTogether) {
    auto served = examples::connection();
    served.side = Side::server;
    served.subflows[0].remote.port = 50001;
    served.subflows[1].remote.port = 50002;
    const auto graph = topology({served}, {}, 24);
    EXPECT_EQ(graph.remotes, std::vector<std::string>{"10.0.2.2"});
}

TEST(Topology, takesTheSmallestRemotesTogetherIfThereAreTooMany) {
    std::vector<Connection> many;
    for (std::uint8_t i = 1; i <= 5; ++i) {
        auto connection = examples::connection();
        connection.subflows.pop_back();
        connection.subflows[0].remote = {IpAddress::v4(192, 0, 2, i), 443};
        many.push_back(connection);
    }
    const auto graph = topology(many, {}, 3);
    EXPECT_EQ(graph.remotes.size(), 3U);
    EXPECT_NE(std::ranges::find(graph.remotes, "3 other remotes"), graph.remotes.end());
    std::size_t subflows = 0;
    for (const auto& edge : graph.edges)
        subflows += edge.subflows();
    EXPECT_EQ(subflows, 5U);
}

TEST(GraphText, showsWhatEachAddressReaches) {
    EXPECT_EQ(drawText(drawn(), Colouring::plain),
              "eth0 10.0.1.1\n"
              " |-- 10.0.2.2:443  2 subflows\n"
              " `-- 10.0.9.9:443  1 subflow\n"
              "wlan0 10.0.5.1\n"
              "wwan0 10.0.3.1\n"
              " |-- 10.0.2.2:443  1 subflow (1 suspect or draining, 1 backup)\n"
              " `-- 10.0.9.9:443  1 subflow (1 pending, 1 backup)\n");
    EXPECT_EQ(drawText({}, Colouring::plain), "No link can carry a subflow, and none does.\n");
}

TEST(GraphDot, isReadByGraphviz) {
    EXPECT_EQ(drawDot(drawn()),
              "graph subflows {\n"
              "  rankdir=LR;\n"
              "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
              "  edge [fontname=\"sans-serif\", fontsize=10];\n"
              "  l0 [label=\"eth0  10.0.1.1\"];\n"
              "  l1 [label=\"wlan0  10.0.5.1\"];\n"
              "  l2 [label=\"wwan0  10.0.3.1\"];\n"
              "  r0 [label=\"10.0.2.2:443\"];\n"
              "  r1 [label=\"10.0.9.9:443\"];\n"
              "  l0 -- r0 [label=\"2 subflows\", color=\"#26a269\"];\n"
              "  l0 -- r1 [label=\"1 subflow\", color=\"#26a269\"];\n"
              "  l2 -- r0 [label=\"1 subflow (1 suspect or draining, 1 backup)\", "
              "color=\"#c01c28\"];\n"
              "  l2 -- r1 [label=\"1 subflow (1 pending, 1 backup)\", color=\"#c64600\", "
              "style=dotted];\n"
              "}\n");
}

TEST(GraphJson, namesNodesByTheirPlace) {
    EXPECT_EQ(drawJson(topology({}, links(), 24)),
              R"({"schema":1,"connections":0,"locals":[{"link":"eth0","address":"10.0.1.1"},)"
              R"({"link":"wlan0","address":"10.0.5.1"},{"link":"wwan0","address":"10.0.3.1"}],)"
              R"("remotes":[],"edges":[]})"
              "\n");
    EXPECT_THAT(drawJson(drawn()),
                HasSubstr(R"({"local":2,"remote":1,"subflows":1,"up":0,"pending":1,)"
                          R"("troubled":0,"backup":1})"));
}

TEST(GraphSvg, drawsBoxesAndCurves) {
    auto one = examples::connection();
    one.subflows.pop_back();
    const auto svg = drawSvg(topology({one}, {}, 24));
    EXPECT_EQ(svg.substr(svg.find("<text")),
              "<text class=\"title\" x=\"24\" y=\"38\">1 connection, 1 subflow</text>\n"
              "<path d=\"M144 94 C294 94 294 94 444 94\" stroke=\"#2a9d5c\" stroke-width=\"2\" "
              "stroke-dasharray=\"none\"><title>1 subflow</title></path>\n"
              "<text class=\"count\" x=\"354\" y=\"98\">1</text>\n"
              "<rect class=\"local\" x=\"24\" y=\"72\" width=\"120\" height=\"44\" rx=\"8\"/>\n"
              "<text class=\"link\" x=\"38\" y=\"90\">eth0</text>\n"
              "<text class=\"address\" x=\"38\" y=\"107\">10.0.1.1</text>\n"
              "<rect class=\"remote\" x=\"444\" y=\"72\" width=\"124\" height=\"44\" rx=\"8\"/>\n"
              "<text class=\"remote\" x=\"458\" y=\"98\">10.0.2.2:443</text>\n"
              "<path d=\"M24 140 h32\" stroke=\"#2a9d5c\" stroke-width=\"3\" "
              "stroke-dasharray=\"none\"/>\n"
              "<text class=\"small\" x=\"64\" y=\"144\">up</text>\n"
              "<path d=\"M104 140 h32\" stroke=\"#6b7280\" stroke-width=\"3\" "
              "stroke-dasharray=\"10 5\"/>\n"
              "<text class=\"small\" x=\"144\" y=\"144\">backup</text>\n"
              "<path d=\"M216 140 h32\" stroke=\"#d97706\" stroke-width=\"3\" "
              "stroke-dasharray=\"3 5\"/>\n"
              "<text class=\"small\" x=\"256\" y=\"144\">pending</text>\n"
              "<path d=\"M336 140 h32\" stroke=\"#c8102e\" stroke-width=\"3\" "
              "stroke-dasharray=\"none\"/>\n"
              "<text class=\"small\" x=\"376\" y=\"144\">suspect or draining</text>\n"
              "</svg>\n");
}

TEST(GraphSvg, escapesWhatNamesMayHold) {
    auto odd = examples::connection();
    odd.subflows.pop_back();
    odd.subflows[0].link = "a<b>&\"c\"";
    EXPECT_THAT(drawSvg(topology({odd}, {}, 24)),
                HasSubstr(">a&lt;b&gt;&amp;&quot;c&quot;</text>"));
}

} // namespace
} // namespace subflowd::ctl::graph
