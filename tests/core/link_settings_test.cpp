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

} // namespace
} // namespace subflowd::core
