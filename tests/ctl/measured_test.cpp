// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "measured.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace subflowd::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

netlink::SocketSamples samples() {
    netlink::TcpSample tcp;
    tcp.rtt = std::chrono::microseconds{12345};
    tcp.rttVariation = std::chrono::microseconds{2000};
    tcp.congestionWindow = 10;
    tcp.bytesAcknowledged = 1'234'000;
    tcp.bytesReceived = 56'000;
    tcp.retransmissions = 3;
    tcp.bytesRetransmitted = 4200;
    tcp.lost = 1;
    netlink::ConnectionSample total;
    total.token = Token{0x1234abcd};
    total.bytesSent = 1'300'000;
    total.bytesReceived = 60'000;
    const auto initial = examples::initialSubflow();
    return {{total}, {{Token{0x1234abcd}, {initial.local, initial.remote, {}}, noLink, tcp}}};
}

TEST(Measured, findsSamplesByTokenAndTuple) {
    const auto found = measured(examples::connection(), samples());
    EXPECT_EQ(found.total, samples().connections.front());
    ASSERT_EQ(found.subflows.size(), 2U);
    EXPECT_EQ(found.subflows[0], samples().subflows.front().tcp);
    EXPECT_EQ(found.subflows[1], std::nullopt) << "the kernel has no such socket";
}

TEST(Measured, textHasATableOfWhatWasMeasured) {
    const auto text = measuredText(measured(examples::connection(), samples()), Colouring::plain);
    EXPECT_THAT(
        text,
        HasSubstr(
            "Measured by the kernel\n"
            "  LOCAL           LINK  RTT                 CWND  SENT    RECEIVED  SENT AGAIN  LOST\n"
            "  10.0.1.1:40000  eth0  12.3 ms +/- 2.0 ms  10    1.2 MB  56 kB     3 (4.2 kB)  1\n"
            "  Altogether 1.3 MB sent, 60 kB received, 0 sent again by MPTCP\n"));
}

TEST(Measured, textIsThatOfTheConnectionWhereNothingWasMeasured) {
    const auto text = measuredText(measured(examples::connection(), {}), Colouring::plain);
    EXPECT_THAT(text, Not(HasSubstr("Measured")));
    EXPECT_THAT(text, HasSubstr("Connection 0x1234abcd"));
}

TEST(Measured, jsonHasNullForWhatWasNotMeasured) {
    const auto document = nlohmann::json::parse(
        measuredJson(measured(examples::connection(), samples()), dbus::WallTime{}));
    const auto& connection = document["connection"];
    EXPECT_EQ(document["schema"], 1);
    EXPECT_EQ(connection["measured"]["bytes_sent"], 1'300'000);
    EXPECT_EQ(connection["subflows"][0]["measured"]["rtt_us"], 12345);
    EXPECT_EQ(connection["subflows"][0]["measured"]["retransmissions"], 3);
    EXPECT_TRUE(connection["subflows"][1]["measured"].is_null());
}

} // namespace
} // namespace subflowd::ctl
