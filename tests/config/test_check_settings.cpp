// SPDX-License-Identifier: BSD-3-Clause
#include "config/check_settings.hpp"
#include "config/parse.hpp"

#include <gtest/gtest.h>

#include <array>

namespace subflowd::config {
namespace {

constexpr std::array<SettingDescription, 2> settings{
    {{"MaxSubflows", "8", "at most"}, {"SkipTunnels", "yes", "leaves tunnels out"}}};

PluginDescriptor describe(const char* name) {
    return {pluginAbi,  sizeof(PluginDescriptor), SUBFLOWD_TOOLCHAIN, name,    "1",
            "a policy", settings.data(),          settings.size(),    nullptr, nullptr};
}

TEST(CheckSettings, WarnsOfSettingsThatThePolicyDoesNotKnow) {
    const auto parsed = parse("[Rule default]\nPolicies=mesh other\n"
                              "[Policy mesh]\nMaxSubflow=3\nSkipTunnels=no\nOwner=me\n"
                              "[Policy other]\nAnything=goes\n",
                              "f");
    const auto mesh = describe("mesh");
    const std::array<const PluginDescriptor*, 1> known{&mesh};
    const Diagnostics expected{{Severity::warning,
                                {"f", 4},
                                "policy mesh does not know MaxSubflow=: did you mean MaxSubflows?"},
                               {Severity::warning, {"f", 6}, "policy mesh does not know Owner="}};
    EXPECT_EQ(checkSettings(parsed.config, known), expected);
}

TEST(CheckSettings, JudgesNoPolicyWithoutADescriptor) {
    const auto parsed = parse("[Policy fullmesh]\nAnything=goes\n", "f");
    EXPECT_EQ(checkSettings(parsed.config, {}), Diagnostics{});
}

TEST(CheckMode, WarnsOfWhatTheKernelDoesNotAskFor) {
    const auto parsed = parse("[Daemon]\nMode=kernel\nEndpointFlags=signal\n"
                              "[Rule dc]\nMatchPort=443\nPolicies=fullmesh\n"
                              "[Policy fullmesh]\nMaxSubflows=3\n[Guard]\nConfine=no\n",
                              "f");
    const std::string why = " has no effect with Mode=kernel: the in-kernel path manager decides";
    const Diagnostics expected{{Severity::warning, {"f", 4}, "[Rule dc]" + why},
                               {Severity::warning, {"f", 7}, "[Policy fullmesh]" + why},
                               {Severity::warning, {"f", 10}, "[Guard]" + why}};
    EXPECT_EQ(checkMode(parsed.config), expected);
}

TEST(CheckMode, WarnsOfEndpointFlagsThatNobodyUses) {
    const auto parsed = parse("[Daemon]\nEndpointFlags=signal\n[Rule dc]\nPolicies=x\n", "f");
    const Diagnostics expected{
        {Severity::warning, {"f", 2}, "EndpointFlags= has an effect with Mode=kernel only"}};
    EXPECT_EQ(checkMode(parsed.config), expected);
}

TEST(CheckMode, FindsNothingInAnEmptyConfiguration) {
    EXPECT_EQ(checkMode(parse("", "f").config), Diagnostics{});
    EXPECT_EQ(checkMode(parse("[Daemon]\nMode=kernel\n", "f").config), Diagnostics{});
}

} // namespace
} // namespace subflowd::config
