// SPDX-License-Identifier: BSD-3-Clause
#include <subflowd/link_pattern.hpp>
#include <subflowd/plan.hpp>
#include <subflowd/reason.hpp>
#include <subflowd/settings.hpp>
#include <subflowd/store.hpp>

#include <gtest/gtest.h>

namespace subflowd {
namespace {

using namespace std::chrono_literals;

constexpr ReasonText two{"two-facts", "{1} of {0} are left"};
constexpr ReasonText none{"no-facts", "as it is"};

TEST(Reason, BecomesASentenceWithItsFacts) {
    EXPECT_EQ(sentenceOf({&two, 8, 3}), "3 of 8 are left");
    EXPECT_EQ(sentenceOf({&two, 4294967295, 0}), "0 of 4294967295 are left");
    EXPECT_EQ(sentenceOf({&none, 1, 2}), "as it is");
    EXPECT_EQ(sentenceOf({}), "");
    EXPECT_EQ(codeOf({&two, 0, 0}), "two-facts");
    EXPECT_EQ(codeOf({}), "");
}

TEST(Reason, IsComparedByCodeSoThatCopiesInPluginsAreEqual) {
    static constexpr ReasonText copy{"two-facts", "worded otherwise"};
    EXPECT_EQ((Reason{&two, 1, 2}), (Reason{&copy, 1, 2}));
    EXPECT_FALSE((Reason{&two, 1, 2} == Reason{&two, 1, 3}));
    EXPECT_FALSE((Reason{&two, 1, 2} == Reason{&two, 2, 2}));
    EXPECT_FALSE((Reason{&two, 0, 0} == Reason{&none, 0, 0}));
    EXPECT_FALSE((Reason{&two, 0, 0} == Reason{}));
    EXPECT_EQ(Reason{}, Reason{});
}

TEST(Store, KeepsANumberUntilItExpires) {
    Store store;
    const Store::Key key{LinkIndex{2}, Prefix{IpAddress::v4(10, 9, 0, 0), 16}, 443};
    const Instant start{100s};
    EXPECT_EQ(store.find(key, start), std::nullopt);
    store.put(key, 7, start + 10s);
    EXPECT_EQ(store.find(key, start), 7U);
    EXPECT_EQ(store.find(key, start + 10s), std::nullopt) << "not at the instant itself";
    store.put(key, 8, start + 20s);
    EXPECT_EQ(store.size(), 1U);
    EXPECT_EQ(store.find(key, start + 10s), 8U);
    auto other = key;
    other.port = 80;
    EXPECT_EQ(store.find(other, start), std::nullopt);
    store.erase(other);
    EXPECT_EQ(store.size(), 1U);
    store.erase(key);
    EXPECT_EQ(store.size(), 0U);
}

TEST(Store, MakesRoomByForgettingWhatExpiresFirst) {
    Store store;
    const auto key = [](std::size_t i) { return Store::Key{static_cast<LinkIndex>(i + 1), {}, 0}; };
    for (std::size_t i = 0; i < Store::capacity; ++i)
        store.put(key(i), i, Instant{1000s} + ((i + 500) % Store::capacity) * 1s);
    store.put(key(Store::capacity), 1, Instant{5000s});
    EXPECT_EQ(store.size(), Store::capacity);
    EXPECT_EQ(store.find(key(Store::capacity - 500), Instant{}), std::nullopt);
    EXPECT_EQ(store.find(key(0), Instant{}), 0U);
    EXPECT_EQ(store.find(key(Store::capacity), Instant{}), 1U);
}

TEST(Settings, GivesTheLastValueOfAKey) {
    Settings settings;
    EXPECT_EQ(settings.text("Key"), std::nullopt);
    settings.set("Key", "1");
    settings.set("Other", "x");
    settings.set("Key", "2");
    EXPECT_EQ(settings.text("Key"), "2");
    EXPECT_EQ(settings.text("key"), std::nullopt) << "keys are compared as written";
    ASSERT_EQ(settings.entries().size(), 2U);
    EXPECT_EQ(settings.entries()[0].second, "2");
}

TEST(Settings, ReadsWholeNumbersBetweenBounds) {
    Settings settings;
    EXPECT_EQ(settings.number("N", 1, 8, 5), 5);
    for (const auto* good : {"1", "8"}) {
        settings.set("N", good);
        EXPECT_EQ(settings.number("N", 1, 8, 5), *good - '0');
    }
    for (const auto* bad : {"", "0", "9", "-1", "2x", " 2", "0x2", "99999999999999999999"}) {
        settings.set("N", bad);
        try {
            settings.number("N", 1, 8, 5);
            ADD_FAILURE() << "'" << bad << "' was taken";
        } catch (const SettingsError& error) {
            EXPECT_EQ(error.key(), "N");
            EXPECT_STREQ(error.what(), "wants a whole number from 1 to 8");
        }
    }
}

TEST(Settings, ReadsYesAndNo) {
    Settings settings;
    EXPECT_TRUE(settings.truth("T", true));
    EXPECT_FALSE(settings.truth("T", false));
    for (const auto* yes : {"yes", "true", "on", "1"}) {
        settings.set("T", yes);
        EXPECT_TRUE(settings.truth("T", false)) << yes;
    }
    for (const auto* no : {"no", "false", "off", "0"}) {
        settings.set("T", no);
        EXPECT_FALSE(settings.truth("T", true)) << no;
    }
    settings.set("T", "maybe");
    EXPECT_THROW(settings.truth("T", true), SettingsError);
}

TEST(Settings, ReadsTheWordsOfAList) {
    using Words = std::vector<std::string_view>;
    Settings settings;
    EXPECT_EQ(settings.words("L"), Words{});
    settings.set("L", " ");
    EXPECT_EQ(settings.words("L"), Words{});
    settings.set("L", "eth0");
    EXPECT_EQ(settings.words("L"), Words{"eth0"});
    settings.set("L", " eth0\t 10.0.0.0/8  wl* ");
    EXPECT_EQ(settings.words("L"), (Words{"eth0", "10.0.0.0/8", "wl*"}));
}

TEST(Plan, IsEmptyAgainAfterItWasCleared) {
    Plan plan;
    plan.want(PathId{1}, {}, {&two, 0, 0});
    plan.forbid(PathId{1}, Existing::close, {});
    plan.setPriority(SubflowId{0}, Priority::backup, {});
    plan.hold(PathId{1}, Until::time, Instant{1s}, {});
    plan.retry(PathId{1}, Instant{1s}, {});
    plan.limit(LimitScope::link, 1, {});
    plan.announce(LocalId{0}, 0, {});
    plan.urgent({&two, 0, 0});
    plan.askAgain(Instant{5s});
    plan.askAgain(Instant{9s});
    EXPECT_EQ(plan.again(), Instant{5s}) << "the earliest counts";
    EXPECT_FALSE(plan == Plan{});
    plan.clear();
    EXPECT_EQ(plan, Plan{});
}

TEST(LinkPattern, KnowsStarsAndQuestionMarks) {
    for (const auto& [pattern, name] : {std::pair{"eth0", "eth0"},
                                        {"*", ""},
                                        {"*", "wlan0"},
                                        {"wwan*", "wwan"},
                                        {"wwan*", "wwan12"},
                                        {"*0", "eth0"},
                                        {"e?h0", "eth0"},
                                        {"*a*b", "xaxbxb"},
                                        {"**", "x"},
                                        {"", ""}})
        EXPECT_TRUE(fitsLinkPattern(pattern, name)) << pattern << " " << name;
    for (const auto& [pattern, name] : {std::pair{"eth0", "eth1"},
                                        {"eth", "eth0"},
                                        {"eth0", "eth"},
                                        {"?", ""},
                                        {"wwan?", "wwan"},
                                        {"*a*b", "xbxa"},
                                        {"", "x"}})
        EXPECT_FALSE(fitsLinkPattern(pattern, name)) << pattern << " " << name;
}

TEST(LinkPattern, IsWhatCanNameALink) {
    for (const auto* pattern : {"eth0", "wwan*", "wl?0", "enp0s31f6.100", "123456789012345",
                                "a-name-that-is-too-long-but-for-the-*"})
        EXPECT_TRUE(isLinkPattern(pattern)) << pattern;
    for (const auto* pattern : {"", "eth0/1", "eth0:1", "eth 0", "1234567890123456"})
        EXPECT_FALSE(isLinkPattern(pattern)) << pattern;
}

} // namespace
} // namespace subflowd
