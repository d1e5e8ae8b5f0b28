// SPDX-License-Identifier: BSD-3-Clause
#include "config/ini.hpp"

#include <gtest/gtest.h>

namespace subflowd::config {
namespace {

struct Read {
    std::vector<Section> sections;
    Diagnostics diagnostics;
};

Read read(const std::vector<Source>& sources) {
    Read result;
    for (const auto& source : sources)
        addSections(source, result.sections, result.diagnostics);
    return result;
}

Read read(const std::string& text) {
    return read(std::vector<Source>{{"f", text}});
}

std::string textOf(const Diagnostics& diagnostics) {
    std::string text;
    for (const auto& diagnostic : diagnostics)
        text += toString(diagnostic) + '\n';
    return text;
}

TEST(Ini, ReadsSectionsAndKeysWithTheirLines) {
    const auto [sections, diagnostics] =
        read("\n[Daemon]\nMode = observe\n\n[Link  wwan*]\nRole=x y\n");
    EXPECT_EQ(textOf(diagnostics), "");
    const std::vector<Section> expected{{"Daemon", {"f", 2}, {{"Mode", "observe", {"f", 3}}}},
                                        {"Link wwan*", {"f", 5}, {{"Role", "x y", {"f", 6}}}}};
    EXPECT_EQ(sections, expected);
}

TEST(Ini, SkipsCommentsAlsoAtTheEndOfALine) {
    const auto [sections, diagnostics] =
        read("# one\n; two\n  # three\n[A]   # four\nK=v   # five # six\nL=a#b;c ;d\nM= # empty\n");
    EXPECT_EQ(textOf(diagnostics), "");
    const std::vector<Section> expected{
        {"A", {"f", 4}, {{"K", "v", {"f", 5}}, {"L", "a#b;c ;d", {"f", 6}}, {"M", "", {"f", 7}}}}};
    EXPECT_EQ(sections, expected);
}

TEST(Ini, JoinsALineThatEndsInABackslashWithTheNext) {
    const auto [sections, diagnostics] = read("[A]\nK=one \\\n# between\n  two\\\nthree\nL=four\n");
    EXPECT_EQ(textOf(diagnostics), "");
    const std::vector<Section> expected{
        {"A", {"f", 1}, {{"K", "one two three", {"f", 2}}, {"L", "four", {"f", 6}}}}};
    EXPECT_EQ(sections, expected);
}

TEST(Ini, TakesFilesFromOtherSystems) {
    const auto [sections, diagnostics] = read("\xef\xbb\xbf[A]\r\nK=v\r\n");
    EXPECT_EQ(textOf(diagnostics), "");
    EXPECT_EQ(sections, (std::vector<Section>{{"A", {"f", 1}, {{"K", "v", {"f", 2}}}}}));
}

TEST(Ini, LaterFilesOverrideByKeyAndKeepTheOrderOfSections) {
    const auto [sections, diagnostics] =
        read({{"a", "[A]\nK=1\nL=1\n[B]\nK=1\n"}, {"b", "[B]\nK=2\n[C]\n[A]\nL=2\n"}});
    EXPECT_EQ(textOf(diagnostics), "");
    const std::vector<Section> expected{
        {"A", {"a", 1}, {{"K", "1", {"a", 2}}, {"L", "2", {"b", 5}}}},
        {"B", {"a", 4}, {{"K", "2", {"b", 2}}}},
        {"C", {"b", 3}, {}}};
    EXPECT_EQ(sections, expected);
}

TEST(Ini, WarnsOfAKeyThatIsGivenTwiceInOneSection) {
    const auto [sections, diagnostics] = read("[A]\nK=1\nK=2\n[B]\nK=\nK=2\n");
    EXPECT_EQ(textOf(diagnostics),
              "f:3: warning: K= is given twice in this section: the last one counts\n");
    EXPECT_EQ(sections.at(0).entries, (std::vector<Entry>{{"K", "2", {"f", 3}}}));
}

TEST(Ini, SaysEverythingThatIsWrong) {
    const auto [sections, diagnostics] =
        read("K=1\n[A\nL=lost\n[]\n[B]\njust words\n=v\nM=\x01\nN=\xff\nO=end\\");
    EXPECT_EQ(textOf(diagnostics), "f:1: error: K= stands before the first section\n"
                                   "f:2: error: a section begins with [NAME]\n"
                                   "f:4: error: a section begins with [NAME]\n"
                                   "f:6: error: is neither [SECTION] nor KEY=VALUE\n"
                                   "f:7: error: is neither [SECTION] nor KEY=VALUE\n"
                                   "f:8: error: has control characters or is not UTF-8\n"
                                   "f:9: error: has control characters or is not UTF-8\n");
    EXPECT_EQ(sections, (std::vector<Section>{{"B", {"f", 5}, {{"O", "end", {"f", 10}}}}}));
}

TEST(Ini, RefusesAValueThatEndsInABackslash) {
    const auto [sections, diagnostics] = read("[A]\nK=v\\\\\n\nL=1\n");
    EXPECT_EQ(textOf(diagnostics), "f:2: error: ends in a backslash, and no line follows\n");
    EXPECT_EQ(sections.at(0).entries, (std::vector<Entry>{{"L", "1", {"f", 4}}}));
}

TEST(Ini, TakesAnyUtf8ButNotOverlongFormsOrSurrogates) {
    EXPECT_TRUE(read("[A]\nK=\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n").diagnostics.empty());
    for (const auto* bad : {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3"})
        EXPECT_EQ(read(std::string{"[A]\nK="} + bad).diagnostics.size(), 1U) << "for " << bad;
}

} // namespace
} // namespace subflowd::config
