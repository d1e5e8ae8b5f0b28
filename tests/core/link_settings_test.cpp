// SPDX-License-Identifier: BSD-3-Clause
#include "core/link_settings.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace subflowd::core {
namespace {

TEST(LinkSettings, AreThePlainOnesUnlessSomebodySaysOtherwise) {
    EXPECT_EQ(settingsOf("eth0", {}), LinkSettings{});
    const std::vector<LinkRule> rules{{"wwan*", Role::ignore, true, 1}};
    EXPECT_EQ(settingsOf("eth0", rules), LinkSettings{});
}

TEST(LinkSettings, TakeEachOneFromTheFirstRuleThatHasIt) {
    const std::vector<LinkRule> rules{{"eth0", std::nullopt, std::nullopt, 2},
                                      {"eth*", Role::standby},
                                      {"*", Role::ignore, true, 9}};
    EXPECT_EQ(settingsOf("eth0", rules),
              (LinkSettings{Role::standby, RoleSource::configuration, true, true, 2}));
    EXPECT_EQ(settingsOf("eth1", rules),
              (LinkSettings{Role::standby, RoleSource::configuration, true, true, 9}));
}

TEST(LinkSettings, MakeAMeteredLinkABackupUnlessItHasARole) {
    const std::vector<LinkRule> metered{{"wwan0", std::nullopt, true}};
    EXPECT_EQ(settingsOf("wwan0", metered), (LinkSettings{Role::backup, RoleSource::configuration,
                                                          true, false, LinkSettings::anyNumber}));
    const std::vector<LinkRule> both{{"*", Role::primary}, {"wwan0", std::nullopt, true}};
    EXPECT_EQ(settingsOf("wwan0", both).role, Role::primary);
    const std::vector<LinkRule> free{{"wwan0", std::nullopt, false}, {"*", std::nullopt, true}};
    EXPECT_EQ(settingsOf("wwan0", free), LinkSettings{});
}

LinkNote note(std::optional<Role> role, std::optional<Role> flagRole, std::optional<bool> metered) {
    LinkNote about;
    about.role = role;
    about.flagRole = flagRole;
    about.metered = metered;
    return about;
}

struct Judged {
    Role role;
    RoleSource source;
    bool metered;

    friend bool operator==(const Judged&, const Judged&) = default;
};

Judged judged(const std::vector<LinkRule>& rules, const LinkNote& about,
              ImportFlags flags = ImportFlags::yes) {
    const auto settings = settingsOf("wwan0", rules, about, flags);
    return {settings.role, settings.source, settings.metered};
}

TEST(LinkSettings, BelieveTheConfigurationThenTheProfileThenTheFlagsThenTheMeter) {
    const auto all = note(Role::standby, Role::ignore, true);
    const auto manager = RoleSource::networkManager;
    EXPECT_EQ(judged({{"*", Role::primary}}, all),
              (Judged{Role::primary, RoleSource::configuration, true}));
    EXPECT_EQ(judged({}, all), (Judged{Role::standby, manager, true}));
    EXPECT_EQ(judged({}, note({}, Role::ignore, true)), (Judged{Role::ignore, manager, true}));
    EXPECT_EQ(judged({}, note({}, Role::ignore, true), ImportFlags::no),
              (Judged{Role::backup, manager, true}));
    EXPECT_EQ(judged({}, note({}, {}, false)), (Judged{Role::primary, RoleSource::builtIn, false}));
}

TEST(LinkSettings, BelieveTheConfigurationOfTheMeterToo) {
    const std::vector<LinkRule> free{{"*", std::nullopt, false}};
    EXPECT_EQ(judged(free, note({}, {}, true)),
              (Judged{Role::primary, RoleSource::builtIn, false}));
    const std::vector<LinkRule> metered{{"*", std::nullopt, true}};
    EXPECT_EQ(judged(metered, note({}, {}, false)),
              (Judged{Role::backup, RoleSource::configuration, true}));
    EXPECT_EQ(judged(metered, note(Role::primary, {}, {})),
              (Judged{Role::primary, RoleSource::networkManager, true}));
}

TEST(LinkSettings, TakeTunnelsForNamedOnlyByARole) {
    EXPECT_FALSE(settingsOf("tun0", {}, note({}, Role::backup, true)).named);
    EXPECT_TRUE(settingsOf("tun0", {}, note(Role::primary, {}, {})).named);
}

} // namespace
} // namespace subflowd::core
