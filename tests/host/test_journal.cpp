// SPDX-License-Identifier: BSD-3-Clause
#include "host/journal.hpp"

#include <gtest/gtest.h>

#include <set>

namespace subflowd::host {
namespace {

using Level = core::LogRecord::Level;
using core::LogTopic;
using Fields = std::vector<std::string>;

TEST(Journal, HasFieldsForWhatAnEntryIsAbout) {
    EXPECT_EQ(fieldsOf({Level::warning, "so = so", Token{0xab12}, "eth0", LogTopic::none}),
              (Fields{"MESSAGE=so = so", "PRIORITY=4", "SYSLOG_IDENTIFIER=subflowd",
                      "MPTCP_TOKEN=0x0000ab12", "LINK=eth0"}));
    EXPECT_EQ(fieldsOf({Level::debug, "", Token{}, "", LogTopic::none}),
              (Fields{"MESSAGE=", "PRIORITY=7", "SYSLOG_IDENTIFIER=subflowd"}));
}

TEST(Journal, HasAnIdForEachTopic) {
    std::set<std::string_view> ids;
    for (auto topic = static_cast<int>(LogTopic::ready);
         topic <= static_cast<int>(LogTopic::busLost); ++topic) {
        const auto id = messageIdOf(static_cast<LogTopic>(topic));
        EXPECT_EQ(id.size(), 32U) << topic;
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string_view::npos) << topic;
        EXPECT_TRUE(ids.insert(id).second) << topic;
        EXPECT_EQ(fieldsOf({Level::info, "", {}, "", static_cast<LogTopic>(topic)}).back(),
                  "MESSAGE_ID=" + std::string{id});
    }
    EXPECT_EQ(messageIdOf(LogTopic::none), "");
}

} // namespace
} // namespace subflowd::host
