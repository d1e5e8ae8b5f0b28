// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/script.hpp"

#include <gtest/gtest.h>

#include <sstream>

/// Scripts that go wrong: a runner that cannot fail proves nothing.
namespace subflowd::test {
namespace {

std::string run(const std::string& text) {
    std::istringstream stream{text};
    return Script{}.run("test.scn", stream);
}

constexpr auto connected = "uplink 1 eth0 10.0.0.1/24\n"
                           "uplink 2 eth1 10.0.1.1/24\n"
                           "connect A 10.0.0.1:1000 10.9.0.1:443\n"
                           "establish A\n";

TEST(ScriptRunner, SaysNothingOfAScriptThatGoesAsExpected) {
    EXPECT_EQ(run("# a comment\n\n" + std::string{connected} +
                  "expect command create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 # and another\n"),
              "");
}

TEST(ScriptRunner, ShowsTheLineAndBothSides) {
    EXPECT_EQ(run(connected + std::string{"expect command remove id 2\n"}),
              "test.scn:5: \n  expected: remove id 2\n"
              "  actual:   create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443");
    EXPECT_EQ(run("expect command remove id 2\n"),
              "test.scn:1: \n  expected: remove id 2\n  actual:   (no command)");
    EXPECT_EQ(run("expect connections 1\n"), "test.scn:1: \n  expected: 1\n  actual:   0");
}

TEST(ScriptRunner, ExpectsEachCommand) {
    EXPECT_EQ(run(connected), "test.scn:4: \n  expected: (no more commands)\n"
                              "  actual:   create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443");
}

TEST(ScriptRunner, CountsCommands) {
    EXPECT_EQ(run(connected + std::string{"expect commands 1 to 2\nexpect nothing\n"}), "");
    EXPECT_EQ(run(connected + std::string{"expect commands 2 to 3\n"}),
              "test.scn:5: \n  expected: 2 to 3 commands\n"
              "  actual:   1: create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443");
    EXPECT_EQ(run("expect commands 1 to 3\n"),
              "test.scn:1: \n  expected: 1 to 3 commands\n  actual:   0: ");
}

TEST(ScriptRunner, KnowsWhatAStepLacks) {
    for (const auto& [line, problem] :
         {std::pair{"fly eth0", "no such step: fly"},
          {"expect miracles", "no such expectation: miracles"},
          {"carrier eth0 off", "no such link: eth0"},
          {"establish A", "no such connection: A"},
          {"expect commands few", "wants a number, not few"},
          {"run", "wants a time"},
          {"run 5", "wants a time in ms or s, not 5"},
          {"link two eth0", "wants an index, not two"},
          {"late-acks maybe", "wants on or off, not maybe"},
          {"connect A 10.0.0.1 10.9.0.1:443", "wants a local endpoint, not 10.0.0.1"},
          {"answer 10.9.0.1:443 sings", "no such answer: sings"},
          {"policy MaxSubflows", "wants Key=Value, not MaxSubflows"},
          {"mode kernel", "no such mode: kernel"},
          {"limit everything 1", "wants subflows or inbound"},
          {"role eth0 hero", "no such role: hero"},
          {"restart now", "too many words: now"}})
        EXPECT_EQ(run(line), std::string{"test.scn:1: "} + problem);
}

} // namespace
} // namespace subflowd::test
