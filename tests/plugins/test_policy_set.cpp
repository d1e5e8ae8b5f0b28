// SPDX-License-Identifier: BSD-3-Clause
#include "bad/good.hpp"
#include "plugins/policy_set.hpp"
#include "staging.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace subflowd::plugins {
namespace {

int living = 0;

class Counted : public EveryPath {
  public:
    static constexpr const char* name = "counted";

    explicit Counted(const Settings& given) : EveryPath(given) { ++living; }

    ~Counted() override { --living; }

    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
};

constexpr auto counted = describePlugin<Counted>();
constexpr auto good = describePlugin<EveryPath>();
constexpr std::array<const PluginDescriptor*, 2> builtIn{&counted, &good};

using Faults = std::vector<Fault>;

Faults faultsOf(Catalog& catalog, const std::vector<RuleRequest>& rules) {
    auto made = makePolicies(catalog, rules);
    return std::holds_alternative<Faults>(made) ? std::get<Faults>(made) : Faults{};
}

PolicySet made(Catalog& catalog, const std::vector<RuleRequest>& rules) {
    auto result = makePolicies(catalog, rules);
    if (const auto* faults = std::get_if<Faults>(&result))
        throw std::runtime_error(faults->front().where + ": " + faults->front().text);
    return std::move(std::get<PolicySet>(result));
}

TEST(PolicySet, HasOneInstanceForEachPolicyAndSettings) {
    Catalog catalog{builtIn, {}};
    const auto set =
        made(catalog, {{"a", {}, {{"counted", {}}, {"good", {{"Count", "2", ""}}}}, ""},
                       {"b", {}, {{"good", {{"Count", "2", "elsewhere"}}}, {"good", {}}}, ""},
                       {"default", {}, {{"good", {{"Count", "3", ""}}}, {"counted", {}}}, ""}});
    std::vector<std::string> names;
    for (const auto& policy : set.policies())
        names.push_back(policy.name);
    EXPECT_EQ(names, (std::vector<std::string>{"counted", "good", "good", "good"}));
    EXPECT_EQ(set.rules().at(0).chain, (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(set.rules().at(1).chain, (std::vector<std::size_t>{1, 2}));
    EXPECT_EQ(set.rules().at(2).chain, (std::vector<std::size_t>{3, 0}));
    EXPECT_EQ(set.rules().at(1).name, "b");
}

TEST(PolicySet, KeepsTheMatchOfARule) {
    Catalog catalog{builtIn, {}};
    core::Match match;
    match.ports = {{443, 443}};
    const auto set = made(catalog, {{"a", match, {}, ""}});
    EXPECT_EQ(set.rules().at(0).match, match);
    EXPECT_TRUE(set.rules().at(0).chain.empty());
}

TEST(PolicySet, OwnsItsPolicies) {
    Catalog catalog{builtIn, {}};
    {
        auto set = made(catalog, {{"a", {}, {{"counted", {}}}, ""}});
        EXPECT_EQ(living, 1);
        const auto moved = std::move(set);
        EXPECT_EQ(living, 1);
    }
    EXPECT_EQ(living, 0);
}

TEST(PolicySet, ConfigurationKeepsThePoliciesAlive) {
    Catalog catalog{builtIn, {}};
    core::Configuration base;
    base.mode = core::Mode::observe;
    base.limits = {3, 4};
    base.guard.remotes = 5;
    base.links = {{"eth*", Role::backup}};
    auto configuration = made(catalog, {{"a", {}, {{"counted", {}}}, ""}}).configure(base);
    EXPECT_EQ(living, 1);
    EXPECT_EQ(configuration->mode, core::Mode::observe);
    EXPECT_EQ(configuration->limits, (core::Limits{3, 4}));
    EXPECT_EQ(configuration->guard, base.guard);
    EXPECT_EQ(configuration->links, (std::vector<core::LinkRule>{{"eth*", Role::backup}}));
    EXPECT_EQ(configuration->rules.at(0).chain, std::vector<std::size_t>{0});
    EXPECT_EQ(configuration->policies.at(0).policy->needs(), Needs::events);
    configuration.reset();
    EXPECT_EQ(living, 0);
}

TEST(PolicySet, SaysEveryFaultAndKeepsNothing) {
    Catalog catalog{builtIn, {}};
    const auto faults = faultsOf(
        catalog, {{"a", {}, {{"counted", {}}, {"missing", {}}}, "f:2"},
                  {"b", {}, {{"good", {{"Count", "many", "f:7"}}}, {"missing", {}}}, "f:4"}});
    const Faults expected{
        {"f:2", "there is no policy missing: built in are counted, good, and no missing.so is in "
                "any directory"},
        {"f:7", "policy good: Count=many: wants a whole number from 1 to 8"}};
    EXPECT_EQ(faults, expected);
    EXPECT_EQ(living, 0);
}

class LoadedPolicySet : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "plugins must belong to root, and this is not run by root";
    }

    Fault faultOf(const std::string& policy, std::vector<RequestedSetting> settings) {
        staging_.add(policy);
        Catalog catalog{{}, {{staging_.path()}}};
        const auto faults = faultsOf(catalog, {{"a", {}, {{policy, std::move(settings)}}, "f:2"}});
        std::filesystem::remove(staging_.path() / (policy + ".so"));
        return faults.size() == 1 ? faults.front() : Fault{"", "not exactly one fault"};
    }

    Staging staging_;
};

TEST_F(LoadedPolicySet, PlansThroughALoadedPlugin) {
    staging_.add("good");
    Catalog catalog{{}, {{staging_.path()}}};
    const auto set = made(catalog, {{"a", {}, {{"good", {{"Count", "3", ""}}}}, ""}});
    const std::array<PathView, 2> paths{};
    ConnectionView connection;
    connection.paths = paths;
    const Store memory;
    Plan plan;
    set.policies().at(0).policy->plan(connection, HostView{{}, {}, {}, memory, {}, {}}, plan);
    Plan expected;
    expected.want(PathId{0}, {0, 3, Priority::regular}, {&everyPath, 0, 0});
    expected.want(PathId{1}, {0, 3, Priority::regular}, {&everyPath, 0, 0});
    EXPECT_EQ(plan, expected);
}

TEST_F(LoadedPolicySet, WhateverAPluginThrowsIsAFault) {
    EXPECT_EQ(faultOf("throws", {{"What", "standard", "f:7"}}),
              (Fault{"f:2", "policy throws cannot be made: out of luck"}));
    EXPECT_EQ(faultOf("throws", {{"What", "setting", "f:7"}}),
              (Fault{"f:7", "policy throws: What=setting: wants another word"}));
    EXPECT_EQ(faultOf("throws", {{"What", "missing", "f:7"}}),
              (Fault{"f:2", "policy throws: Where= is not given: wants a place"}));
    EXPECT_EQ(faultOf("throws", {}), (Fault{"f:2", "policy throws cannot be made: its plugin threw "
                                                   "something that is not a std::exception"}));
}

TEST_F(LoadedPolicySet, PluginThatMakesNoPolicyIsAFault) {
    EXPECT_EQ(faultOf("makes_none", {}),
              (Fault{"f:2", "policy makes_none cannot be made: its plugin made none and gave no "
                            "reason"}));
}

} // namespace
} // namespace subflowd::plugins
