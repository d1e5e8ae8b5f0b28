// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace subflowd::ctl::doctor {
namespace {

const Findings some{
    {"mptcp", Verdict::ok, "Multipath TCP works on this host.", ""},
    {"rp-filter", Verdict::warning,
     "wwan0 drops answers: its reverse path filter is strict, but packets leave through eth0.",
     "sysctl net.ipv4.conf.wwan0.rp_filter=2"},
};

TEST(DoctorText, isWrappedAndSummedUp) {
    EXPECT_EQ(findingsText(some, Colouring::plain),
              "ok       mptcp: Multipath TCP works on this host.\n"
              "warning  rp-filter: wwan0 drops answers: its reverse path filter is strict, but\n"
              "         packets leave through eth0.\n"
              "         -> sysctl net.ipv4.conf.wwan0.rp_filter=2\n"
              "\n"
              "0 problems, 1 warning.\n");
    EXPECT_EQ(findingsText({some.front()}, Colouring::plain),
              "ok       mptcp: Multipath TCP works on this host.\n"
              "\n"
              "Nothing is wrong.\n");
}

TEST(DoctorText, coloursTheVerdictOnly) {
    EXPECT_EQ(findingsText({some.front()}, Colouring::coloured),
              "\033[32mok\033[0m       mptcp: Multipath TCP works on this host.\n"
              "\n"
              "\033[32mNothing is wrong.\033[0m\n");
}

TEST(DoctorJson, saysWhetherAnythingIsWrong) {
    EXPECT_EQ(findingsJson(some),
              R"({"schema":1,"healthy":false,"findings":[)"
              R"({"check":"mptcp","verdict":"ok","sentence":"Multipath TCP works on this host.",)"
              R"("remedy":null},)"
              R"({"check":"rp-filter","verdict":"warning","sentence":"wwan0 drops answers: its )"
              R"(reverse path filter is strict, but packets leave through eth0.",)"
              R"("remedy":"sysctl net.ipv4.conf.wwan0.rp_filter=2"}]})"
              "\n");
    EXPECT_EQ(findingsJson({}), "{\"schema\":1,\"healthy\":true,\"findings\":[]}\n");
}

} // namespace
} // namespace subflowd::ctl::doctor
