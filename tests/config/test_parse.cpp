// SPDX-License-Identifier: BSD-3-Clause
#include "config/parse.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace subflowd::config {
namespace {

std::string problems(const Parsed& parsed) {
    std::string text;
    for (const auto& diagnostic : parsed.diagnostics)
        text += toString(diagnostic) + '\n';
    return text;
}

std::string problems(std::string_view text) {
    return problems(parse(text, "f"));
}

const Rule builtInDefault{"default", {}, {"lb-client", "announce", "reestablish"}, {}, {}};

TEST(Parse, EmptyConfigurationIsAGoodOne) {
    Config expected;
    expected.rules = {builtInDefault};
    EXPECT_EQ(parse("", "f"), (Parsed{expected, {}}));
    EXPECT_EQ(expected.daemon.mode, core::Mode::userspace);
    EXPECT_EQ(expected.daemon.receiveBuffer, 32U * 1024 * 1024);
    EXPECT_EQ(expected.daemon.limits, (core::Limits{8, 8}));
}

TEST(Parse, ReadsTheDaemonSection) {
    const auto parsed = parse("[Daemon]\nMode=observe\nManageSysctl=off\nReceiveBuffer=64K\n"
                              "LogLevel=debug\nMaxSubflows=254\nMaxInbound=1\nAuditInterval=90s\n"
                              "ImportNetworkManagerFlags=no\nSpin=300us\n"
                              "EndpointFlags=signal subflow\n",
                              "f");
    EXPECT_EQ(problems(parsed), "");
    const Daemon expected{core::Mode::observe,
                          false,
                          65536,
                          core::LogRecord::Level::debug,
                          {254, 1},
                          std::chrono::seconds(90),
                          core::ImportFlags::no,
                          {Spin::Mode::fixed, std::chrono::microseconds(300)},
                          core::EndpointFlags::signal | core::EndpointFlags::subflow,
                          {{"Mode", {"f", 2}},
                           {"ManageSysctl", {"f", 3}},
                           {"ReceiveBuffer", {"f", 4}},
                           {"LogLevel", {"f", 5}},
                           {"MaxSubflows", {"f", 6}},
                           {"MaxInbound", {"f", 7}},
                           {"AuditInterval", {"f", 8}},
                           {"ImportNetworkManagerFlags", {"f", 9}},
                           {"Spin", {"f", 10}},
                           {"EndpointFlags", {"f", 11}}}};
    EXPECT_EQ(parsed.config.daemon, expected);
}

TEST(Parse, TakesWordsAndMicrosecondsForTheSpin) {
    const auto spin = [](const std::string& text) {
        const auto parsed = parse("[Daemon]\nSpin=" + text + '\n', "f");
        EXPECT_EQ(problems(parsed), "");
        return parsed.config.daemon.spin;
    };
    EXPECT_EQ(spin("off"), Spin{});
    EXPECT_EQ(spin("no"), Spin{});
    EXPECT_EQ(spin("auto"), (Spin{Spin::Mode::automatic, {}}));
    EXPECT_EQ(spin("20"), (Spin{Spin::Mode::fixed, std::chrono::microseconds(20)}));
    EXPECT_EQ(spin("2000us"), (Spin{Spin::Mode::fixed, std::chrono::microseconds(2000)}));
}

TEST(Parse, TakesSeveralEndpointFlagsAndSuggestsTheirKey) {
    const auto flags = [](const std::string& text) {
        const auto parsed = parse("[Daemon]\nMode=kernel\nEndpointFlags=" + text + '\n', "f");
        EXPECT_EQ(problems(parsed), "");
        EXPECT_EQ(parsed.config.daemon.mode, core::Mode::kernel);
        return parsed.config.daemon.endpointFlags;
    };
    using core::EndpointFlags;
    EXPECT_EQ(flags(""), EndpointFlags::subflow);
    EXPECT_EQ(flags("laminar subflow"), EndpointFlags::subflow | EndpointFlags::laminar);
    EXPECT_EQ(flags("fullmesh fullmesh"), EndpointFlags::fullmesh);
    EXPECT_EQ(problems("[Daemon]\nEndpointFlag=subflow\n"),
              "f:2: warning: [Daemon] has no key EndpointFlag=: did you mean EndpointFlags?\n");
}

TEST(Parse, KnowsTheUnitsOfTimes) {
    const auto interval = [](const std::string& text) {
        return parse("[Daemon]\nAuditInterval=" + text + "\n", "f").config.daemon.auditInterval;
    };
    EXPECT_EQ(interval("24h"), std::chrono::hours(24));
    EXPECT_EQ(interval("2min"), std::chrono::minutes(2));
    EXPECT_EQ(interval("90"), std::chrono::seconds(90));
    EXPECT_EQ(interval("1500ms"), std::chrono::milliseconds(1500));
    EXPECT_EQ(interval("1500001us"), std::chrono::microseconds(1'500'001));
}

TEST(Parse, TakesNoForAnAuditInterval) {
    EXPECT_EQ(parse("[Daemon]\nAuditInterval=no\n", "f").config.daemon.auditInterval,
              Duration::max());
}

TEST(Parse, ReadsTheGuardSection) {
    const auto parsed = parse("[Guard]\nFilterScope=no\nAllowRemote=10.0.0.0/8 fd00::/8\n"
                              "DenyRemote=192.0.2.7\nAllowPort=443 8000-8100\nDenyPort=\n"
                              "MaxRemotes=0\nMaxPortsPerRemote=1\nMaxPendingJoins=255\n"
                              "JoinsPerConnection=16/56s\nJoinsPerHost=1/1500ms\n"
                              "JoinsOverall=65535/1us\nConfine=off\nInboundJoins=2/1h\n"
                              "MaxInboundPerPeer=65535\nMaxInboundOverall=4294967295\n",
                              "f");
    EXPECT_EQ(problems(parsed), "");
    using std::chrono::operator""ms;
    core::Guard expected;
    expected.scope = core::Protection::off;
    expected.allowRemotes = {Prefix{IpAddress::v4(10, 0, 0, 0), 8},
                             Prefix{IpAddress::v6({0xfd}), 8}};
    expected.denyRemotes = {Prefix{IpAddress::v4(192, 0, 2, 7), 32}};
    expected.allowPorts = {{443, 443}, {8000, 8100}};
    expected.denyPorts = {};
    expected.remotes = 0;
    expected.portsPerRemote = 1;
    expected.pendingJoins = 255;
    expected.connectionJoins = {16, 56000ms};
    expected.hostJoins = {1, 1500ms};
    expected.joins = {65535, std::chrono::microseconds(1)};
    expected.confinement = core::Protection::off;
    expected.inboundJoins = {2, std::chrono::hours(1)};
    expected.inboundPerPeer = 65535;
    expected.inbound = 4294967295;
    EXPECT_EQ(parsed.config.guard.settings, expected);
    EXPECT_EQ(originOf(parsed.config.guard.origins, "DenyPort"), (Origin{"f", 6}));
}

TEST(Parse, EmptyListOfTheGuardIsEmptyAndOtherEmptyValuesAreBuiltIn) {
    const auto parsed = parse("[Guard]\nAllowPort=\nMaxRemotes=\nJoinsPerHost=\n", "f");
    EXPECT_EQ(problems(parsed), "");
    core::Guard expected;
    expected.allowPorts = {};
    EXPECT_EQ(parsed.config.guard, (Guard{expected, {{"AllowPort", {"f", 2}}}}));
}

TEST(Parse, BadListLeavesTheBuiltInOne) {
    const auto parsed = parse("[Guard]\nAllowPort=443 x\n", "f");
    EXPECT_TRUE(hasErrors(parsed.diagnostics));
    EXPECT_EQ(parsed.config.guard, Guard{});
}

TEST(Parse, EmptyValueIsTheBuiltInOne) {
    const auto parsed = parse("[Daemon]\nMode=\nMaxSubflows=\n", "f");
    EXPECT_EQ(problems(parsed), "");
    EXPECT_EQ(parsed.config.daemon, Daemon{});
}

TEST(Parse, ReadsRulesInFileOrderAndTheDefaultLast) {
    const auto parsed = parse("[Rule default]\nPolicies=a\n"
                              "[Rule dc]\nMatchRemote=10.1.2.3/8 2001:db8::/32 1.2.3.4\n"
                              "MatchPort=443 8000-8100\nMatchSide=server\nMatchLink=eth* wlan0\n"
                              "MatchFamily=ipv6\nPolicies=b a\n",
                              "f");
    EXPECT_EQ(problems(parsed), "");
    core::Match match;
    match.remotes = {Prefix{IpAddress::v4(10, 0, 0, 0), 8},
                     Prefix{IpAddress::v6({0x20, 0x01, 0x0d, 0xb8}), 32},
                     Prefix{IpAddress::v4(1, 2, 3, 4), 32}};
    match.ports = {{443, 443}, {8000, 8100}};
    match.links = {"eth*", "wlan0"};
    match.side = Side::server;
    match.family = Family::ipv6;
    const std::vector<Rule> expected{{"dc",
                                      match,
                                      {"b", "a"},
                                      {"f", 3},
                                      {{"MatchRemote", {"f", 4}},
                                       {"MatchPort", {"f", 5}},
                                       {"MatchSide", {"f", 6}},
                                       {"MatchLink", {"f", 7}},
                                       {"MatchFamily", {"f", 8}},
                                       {"Policies", {"f", 9}}}},
                                     {"default", {}, {"a"}, {"f", 1}, {{"Policies", {"f", 2}}}}};
    EXPECT_EQ(parsed.config.rules, expected);
}

TEST(Parse, ReadsConditionsThatTheKernelIsAskedFor) {
    const auto parsed = parse("[Rule x]\nMatchUser=root 1000\nMatchCGroup=a.service /user.slice\n"
                              "MatchMark=7 0x10/0xff 0/1\nPolicies=a\n",
                              "f");
    EXPECT_EQ(problems(parsed), "");
    const auto& match = parsed.config.rules.front().match;
    EXPECT_EQ(match.users, (std::vector<std::uint32_t>{0, 1000}));
    EXPECT_EQ(match.controlGroups, (std::vector<std::string>{"a.service", "/user.slice"}));
    EXPECT_EQ(match.marks, (std::vector<core::MarkMatch>{{7, 0xffffffff}, {0x10, 0xff}, {0, 1}}));
    EXPECT_TRUE(match.needsFacts());
    EXPECT_FALSE(core::Match{}.needsFacts());
}

TEST(Parse, RuleWithAnEmptyChainIsForConnectionsThatGetNoSubflow) {
    const auto parsed = parse("[Rule default]\nPolicies=\n[Rule x]\n", "f");
    EXPECT_EQ(problems(parsed),
              "f:3: warning: rule x has no Policies=: connections that match get no subflow\n");
    EXPECT_TRUE(parsed.config.rules.back().policies.empty());
}

TEST(Parse, DefaultRuleMatchesEverything) {
    EXPECT_EQ(problems("[Rule default]\nMatchPort=443\n"),
              "f:2: error: MatchPort= cannot be used in [Rule default], which is for every "
              "connection that no other rule is for\n");
}

TEST(Parse, RuleWithAConditionThatIsNotKnownIsLeftOut) {
    const auto parsed = parse("[Rule x]\nMatchRemot=10.0.0.0/8\nPolicies=a\n[Policy a x]\n", "f");
    EXPECT_EQ(problems(parsed),
              "f:2: warning: [Rule x] has no key MatchRemot=: did you mean MatchRemote?\n"
              "f:2: warning: rule x is left out, because it has a condition that is not known\n");
    EXPECT_EQ(parsed.config.rules, std::vector<Rule>{builtInDefault});
}

TEST(Parse, ReadsLinksInFileOrder) {
    const auto parsed = parse("[Link wwan*]\nRole=backup\n[Link eth0]\nRole=primary\n"
                              "[Link tun?]\nRole=ignore\n[Link any]\n"
                              "[Link lte]\nRole=standby\nMetered=on\nMaxSubflows=254\n"
                              "[Link b]\nMetered=no\nMaxSubflows=\n",
                              "f");
    EXPECT_EQ(problems(parsed), "");
    const std::vector<Link> expected{
        {{"wwan*", Role::backup}, {"f", 1}, {{"Role", {"f", 2}}}},
        {{"eth0", Role::primary}, {"f", 3}, {{"Role", {"f", 4}}}},
        {{"tun?", Role::ignore}, {"f", 5}, {{"Role", {"f", 6}}}},
        {{"any", std::nullopt}, {"f", 7}, {}},
        {{"lte", Role::standby, true, 254},
         {"f", 8},
         {{"Role", {"f", 9}}, {"Metered", {"f", 10}}, {"MaxSubflows", {"f", 11}}}},
        {{"b", std::nullopt, false}, {"f", 12}, {{"Metered", {"f", 13}}}}};
    EXPECT_EQ(parsed.config.links, expected);
}

TEST(Parse, PolicySettingsOfARuleAreLaidOverTheGeneralOnes) {
    const auto parsed = parse("[Rule dc]\nPolicies=fullmesh\n"
                              "[Policy fullmesh dc]\nB=dc\nC=\n"
                              "[Policy fullmesh]\nA=all\nB=all\nC=all\n",
                              "f");
    EXPECT_EQ(problems(parsed), "");
    EXPECT_EQ(settingsOf(parsed.config, "fullmesh", "default"),
              (std::vector<Setting>{
                  {"A", "all", {"f", 7}}, {"B", "all", {"f", 8}}, {"C", "all", {"f", 9}}}));
    EXPECT_EQ(settingsOf(parsed.config, "fullmesh", "dc"),
              (std::vector<Setting>{{"A", "all", {"f", 7}}, {"B", "dc", {"f", 4}}}));
    EXPECT_EQ(settingsOf(parsed.config, "other", "dc"), std::vector<Setting>{});
}

TEST(Parse, WarnsOfPolicySectionsThatDoNothing) {
    EXPECT_EQ(problems("[Rule a]\nPolicies=x\n[Policy y]\n[Policy fullmesh a]\n[Policy x b]\n"
                       "[Policy lb-client default]\n"),
              "f:3: warning: no rule uses policy y\n"
              "f:4: warning: rule a does not use policy fullmesh\n"
              "f:5: warning: there is no rule b\n");
}

TEST(Parse, UnknownKeysAndSectionsAreWarningsWithASuggestion) {
    EXPECT_EQ(
        problems("[Daemon]\nmaxsubflow=3\nEntirelyElse=3\n[Demon]\nMode=x\n[Guard]\nDenyPorts=3\n"
                 "[Link a]\nrole=backup\nQuota=yes\n"),
        "f:2: warning: [Daemon] has no key maxsubflow=: did you mean MaxSubflows?\n"
        "f:3: warning: [Daemon] has no key EntirelyElse=\n"
        "f:4: warning: there is no section [Demon]: did you mean Daemon?\n"
        "f:7: warning: [Guard] has no key DenyPorts=: did you mean DenyPort?\n"
        "f:9: warning: [Link a] has no key role=: did you mean Role?\n"
        "f:10: warning: [Link a] has no key Quota=\n");
}

TEST(Parse, WrongNumberOfWordsInAHeaderIsAnError) {
    for (const auto* header :
         {"Daemon x", "Guard x", "Rule", "Rule a b", "Policy", "Policy a b c", "Link", "Link a b"})
        EXPECT_EQ(problems(std::string{"["} + header + "]\n"),
                  std::string{"f:1: error: ["} + header +
                      "] should be [Daemon], [Guard], [Rule NAME], [Policy NAME], "
                      "[Policy NAME RULE] or [Link PATTERN]\n");
}

TEST(Parse, NamesAreSafeAsFileNames) {
    EXPECT_EQ(problems("[Policy ../x]\n[Rule .hidden]\n[Rule a]\nPolicies=fullmesh a/b\n"),
              "f:1: error: \"../x\" cannot be a name: letters, digits, '-', '_' and '.'\n"
              "f:2: error: \".hidden\" cannot be a name: letters, digits, '-', '_' and '.'\n"
              "f:4: error: Policies=fullmesh a/b: \"a/b\" cannot be the name of a policy\n"
              "f:3: warning: rule a has no Policies=: connections that match get no subflow\n");
}

TEST(Parse, ReportsAllErrorsOfAllFilesAtOnce) {
    const std::vector<Source> sources{{"a", "[Daemon]\nMode=x\n"},
                                      {"b", "[Link e]\nRole=y\n"},
                                      {"c", "[Daemon]\nMaxInbound=z\n"}};
    const auto parsed = parse(sources);
    EXPECT_TRUE(hasErrors(parsed.diagnostics));
    EXPECT_EQ(problems(parsed), "a:2: error: Mode=x: wants userspace, kernel or observe\n"
                                "c:2: error: MaxInbound=z: wants a whole number from 1 to 254\n"
                                "b:2: error: Role=y: wants primary, backup, standby or ignore\n");
}

constexpr const char* wantsAllowance = "wants how many at once (1 to 65535), a slash, and after "
                                       "what time one more (1us to 1h), such as 16/56s";

struct BadValue {
    const char* section;
    const char* entry;
    const char* problem;
};

class BadValues : public testing::TestWithParam<BadValue> {};

TEST_P(BadValues, AreErrors) {
    const auto& [section, entry, problem] = GetParam();
    const auto parsed = parse(std::string{"["} + section + "]\n" + entry + '\n', "f");
    EXPECT_TRUE(hasErrors(parsed.diagnostics));
    EXPECT_EQ(toString(parsed.diagnostics.at(0)),
              std::string{"f:2: error: "} + entry + ": " + problem);
}

INSTANTIATE_TEST_SUITE_P(
    Config, BadValues,
    testing::Values(
        BadValue{"Daemon", "Mode=Kernel", "wants userspace, kernel or observe"},
        BadValue{"Daemon", "EndpointFlags=subflow backup",
                 "wants words of subflow, signal, fullmesh and laminar"},
        BadValue{"Daemon", "EndpointFlags=subflow,signal",
                 "wants words of subflow, signal, fullmesh and laminar"},
        BadValue{"Daemon", "EndpointFlags=signal fullmesh",
                 "wants signal or fullmesh: the kernel takes no endpoint that has both"},
        BadValue{"Daemon", "ManageSysctl=maybe", "wants yes or no"},
        BadValue{"Daemon", "ReceiveBuffer=1K", "wants a size in bytes from 4K to 1G, such as 32M"},
        BadValue{"Daemon", "ReceiveBuffer=2G", "wants a size in bytes from 4K to 1G, such as 32M"},
        BadValue{"Daemon", "ReceiveBuffer=M", "wants a size in bytes from 4K to 1G, such as 32M"},
        BadValue{"Daemon", "ReceiveBuffer=99999999999999999999G",
                 "wants a size in bytes from 4K to 1G, such as 32M"},
        BadValue{"Daemon", "LogLevel=loud", "wants debug, info, notice, warning or error"},
        BadValue{"Daemon", "MaxSubflows=0", "wants a whole number from 1 to 254"},
        BadValue{"Daemon", "MaxSubflows=255", "wants a whole number from 1 to 254"},
        BadValue{"Daemon", "MaxInbound=-1", "wants a whole number from 1 to 254"},
        BadValue{"Daemon", "AuditInterval=999ms", "wants a time from 1s to 24h, or no"},
        BadValue{"Daemon", "AuditInterval=1441min", "wants a time from 1s to 24h, or no"},
        BadValue{"Daemon", "AuditInterval=yes", "wants a time from 1s to 24h, or no"},
        BadValue{"Daemon", "Spin=19us", "wants off, auto or a time from 20us to 2000us"},
        BadValue{"Daemon", "Spin=2001", "wants off, auto or a time from 20us to 2000us"},
        BadValue{"Daemon", "Spin=yes", "wants off, auto or a time from 20us to 2000us"},
        BadValue{"Daemon", "Spin=us", "wants off, auto or a time from 20us to 2000us"},
        BadValue{"Guard", "FilterScope=never", "wants yes or no"},
        BadValue{"Guard", "AllowRemote=example.org",
                 "wants addresses or networks such as 10.0.0.0/8, and \"example.org\" is neither"},
        BadValue{"Guard", "DenyPort=ssh",
                 "wants ports from 1 to 65535 or ranges such as 8000-8100, and \"ssh\" is neither"},
        BadValue{"Guard", "MaxRemotes=256", "wants a whole number from 0 to 255"},
        BadValue{"Guard", "MaxInboundPerPeer=65536", "wants a whole number from 0 to 65535"},
        BadValue{"Guard", "MaxInboundOverall=-1", "wants a whole number from 0 to 4294967295"},
        BadValue{"Guard", "JoinsPerConnection=16", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=0/56s", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=65536/56s", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16/", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16/0s", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16/s", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16/61min", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16/99999999999999999999us", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16/1d", wantsAllowance},
        BadValue{"Guard", "JoinsPerConnection=16 per 56s", wantsAllowance},
        BadValue{"Rule a", "MatchRemote=10.0.0.0/33",
                 "wants addresses or networks such as 10.0.0.0/8, and \"10.0.0.0/33\" is neither"},
        BadValue{"Rule a", "MatchRemote=10.0.0.0/8,11.0.0.0/8",
                 "wants addresses or networks such as 10.0.0.0/8, and \"10.0.0.0/8,11.0.0.0/8\" is "
                 "neither"},
        BadValue{"Rule a", "MatchPort=0",
                 "wants ports from 1 to 65535 or ranges such as 8000-8100, and \"0\" is neither"},
        BadValue{"Rule a", "MatchPort=9-8",
                 "wants ports from 1 to 65535 or ranges such as 8000-8100, and \"9-8\" is neither"},
        BadValue{
            "Rule a", "MatchPort=65536",
            "wants ports from 1 to 65535 or ranges such as 8000-8100, and \"65536\" is neither"},
        BadValue{"Rule a", "MatchSide=both", "wants client or server"},
        BadValue{"Rule a", "MatchFamily=inet", "wants ipv4 or ipv6"},
        BadValue{"Rule a", "MatchLink=a/b",
                 "\"a/b\" cannot be the name of a link or a pattern of names"},
        BadValue{"Rule a", "MatchLink=sixteencharacter",
                 "\"sixteencharacter\" cannot be the name of a link or a pattern of names"},
        BadValue{"Rule a", "MatchUser=no-such-user",
                 "there is no user \"no-such-user\" on this host"},
        BadValue{"Rule a", "MatchUser=4294967295", "there is no user \"4294967295\" on this host"},
        BadValue{"Rule a", "MatchCGroup=a/b",
                 "wants units such as firefox.service, or paths such as /user.slice, and \"a/b\" "
                 "is neither"},
        BadValue{"Rule a", "MatchMark=0x",
                 "wants marks such as 7 or 0x10/0xff, and \"0x\" is none"},
        BadValue{"Rule a", "MatchMark=1/",
                 "wants marks such as 7 or 0x10/0xff, and \"1/\" is none"},
        BadValue{"Rule a", "MatchMark=4294967296",
                 "wants marks such as 7 or 0x10/0xff, and \"4294967296\" is none"},
        BadValue{"Rule a", "MatchMark=0x10/0xf",
                 "\"0x10/0xf\" fits no socket: the value has bits that the mask has not"},
        BadValue{"Rule a", "Policies=x y x", "names \"x\" twice"},
        BadValue{"Link a", "Role=main", "wants primary, backup, standby or ignore"},
        BadValue{"Daemon", "ImportNetworkManagerFlags=perhaps", "wants yes or no"},
        BadValue{"Link a", "Metered=perhaps", "wants yes or no"},
        BadValue{"Link a", "MaxSubflows=0", "wants a whole number from 1 to 254"},
        BadValue{"Link a", "MaxSubflows=255", "wants a whole number from 1 to 254"}));

} // namespace
} // namespace subflowd::config
