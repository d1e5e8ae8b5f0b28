// SPDX-License-Identifier: BSD-3-Clause
#include "text_view.hpp"

#include <gtest/gtest.h>

namespace subflowd::ctl {
namespace {

TEST(MonitorText, showsAClosedSubflow) {
    EXPECT_EQ(
        monitorText(R"({"schema":1,"time":"2026-01-31T23:59:59.000001Z","event":"subflow-closed",)"
                    R"("token":"0x1234abcd","local":"10.0.1.1:40000","remote":"10.0.2.2:443",)"
                    R"("link":"eth0","priority":"backup","failure":{"cause":"reset-by-peer",)"
                    R"("error":"ECONNRESET","reset_reason":"middlebox","transient":false},)"
                    R"("reason":"the link went away","by":"core"})",
                    Colouring::plain),
        "23:59:59.000001 subflow-closed         0x1234abcd eth0 10.0.1.1:40000 -> 10.0.2.2:443 "
        "backup reset-by-peer (ECONNRESET), reset: middlebox core: the link went away\n");
}

TEST(MonitorText, leavesOutWhatIsNull) {
    EXPECT_EQ(monitorText(R"({"time":"2026-01-31T23:59:59.000001Z","event":"link-usable",)"
                          R"("link":null,"ifindex":3})",
                          Colouring::plain),
              "23:59:59.000001 link-usable\n");
}

TEST(MonitorText, tellsHowManyWereLost) {
    EXPECT_EQ(monitorText(R"({"time":"2026-01-31T23:59:59.000001Z","event":"lost","count":7})",
                          Colouring::plain),
              "23:59:59.000001 lost                   7 events that came too fast\n");
}

TEST(MonitorText, tellsWhatASnapshotTook) {
    EXPECT_EQ(monitorText(R"({"time":"2026-01-31T23:59:59.000001Z","event":"resynchronised",)"
                          R"("took_us":12345})",
                          Colouring::plain),
              "23:59:59.000001 resynchronised         in 12 ms\n");
}

TEST(MonitorText, passesOnWhatItDoesNotUnderstand) {
    EXPECT_EQ(monitorText("no json", Colouring::plain), "no json\n");
    EXPECT_EQ(monitorText("[1]", Colouring::plain), "[1]\n");
}

TEST(MonitorText, coloursByEvent) {
    const auto text =
        monitorText(R"({"time":"2026-01-31T23:59:59.000001Z","event":"subflow-established"})",
                    Colouring::coloured);
    EXPECT_NE(text.find("\033[32msubflow-established"), std::string::npos) << text;
}

} // namespace
} // namespace subflowd::ctl
