// SPDX-License-Identifier: BSD-3-Clause
#include "bad/good.hpp"
#include "plugins/catalog.hpp"
#include "staging.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace subflowd::plugins {
namespace {

namespace fs = std::filesystem;

using Found = std::variant<const PluginDescriptor*, Refusal>;

constexpr auto builtInGood = goodDescriptor("good");
constexpr auto builtInOther = goodDescriptor("other");
constexpr std::array<const PluginDescriptor*, 2> builtIn{&builtInGood, &builtInOther};

/// Why a policy was refused; its version if it was not.
std::string reason(const Found& found) {
    if (const auto* refusal = std::get_if<Refusal>(&found))
        return refusal->text;
    return std::string{"found version "} + std::get<const PluginDescriptor*>(found)->version;
}

class CatalogTest : public testing::Test {
  protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "plugins must belong to root, and this is not run by root";
    }

    Catalog catalog() const { return Catalog{{}, {{staging_.path()}}}; }

    /// Asks for a policy in the staging directory alone.
    std::string find(const std::string& name) const { return reason(catalog().find(name)); }

    std::string inStaging(const std::string& name) const {
        return (staging_.path() / (name + ".so")).string();
    }

    Staging staging_;
};

struct Wrong {
    const char* name;
    const char* objection;
};

class WrongPlugin : public CatalogTest, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongPlugin, IsRefusedWithTheReason) {
    const auto& [name, objection] = GetParam();
    staging_.add(name);
    EXPECT_EQ(find(name), inStaging(name) + " cannot be used: " + objection);
}

INSTANTIATE_TEST_SUITE_P(
    Plugins, WrongPlugin,
    testing::Values(
        Wrong{"no_symbol",
              "it has no constant subflowd_plugin_v1: it is not a policy for this subflowd"},
        Wrong{"wrong_abi",
              "it was built for plugin ABI 6, and this subflowd has ABI 5: build it again"},
        Wrong{"wrong_size", "its descriptor has 64 bytes instead of 72: build it again"},
        Wrong{"wrong_toolchain", "it was built with another standard library, and this subflowd "
                                 "with " SUBFLOWD_TOOLCHAIN ": build it with the same"},
        Wrong{"wrong_name", "it calls its policy another instead of wrong_name: the file must have "
                            "the policy's name"},
        Wrong{"no_version", "it does not say its name, version and summary"},
        Wrong{"null_create", "it has no functions to create and to destroy its policy"},
        Wrong{"null_settings", "its descriptions of settings are missing"}),
    [](const auto& instance) { return std::string{instance.param.name}; });

TEST_F(CatalogTest, RefusesADescriptorThatEndsBeforeItsSize) {
    staging_.add("short_descriptor");
    const auto text = find("short_descriptor");
    EXPECT_TRUE(
        text.starts_with(inStaging("short_descriptor") + " cannot be used: its descriptor has "))
        << text;
    EXPECT_TRUE(text.ends_with(" bytes instead of 72: build it again")) << text;
}

TEST_F(CatalogTest, FindsAGoodPlugin) {
    staging_.add("good");
    auto all = catalog();
    const auto found = all.find("good");
    ASSERT_EQ(reason(found), "found version 1.2");
    const auto& descriptor = *std::get<const PluginDescriptor*>(found);
    EXPECT_STREQ(descriptor.name, "good");
    EXPECT_EQ(all.find("good"), found) << "asked again, it should be the same";
    EXPECT_EQ(all.known(), std::vector<const PluginDescriptor*>{&descriptor});
}

TEST_F(CatalogTest, NothingOfAPluginForAnotherAbiRuns) {
    ::unsetenv("SUBFLOWD_TEST_WRONG_ABI_RAN");
    staging_.add("wrong_abi");
    find("wrong_abi");
    EXPECT_EQ(std::getenv("SUBFLOWD_TEST_WRONG_ABI_RAN"), nullptr);
}

TEST_F(CatalogTest, RefusesAPluginThatNeedsWhatNobodyHas) {
    staging_.add("unresolved");
    const auto text = find("unresolved");
    EXPECT_TRUE(text.starts_with(inStaging("unresolved") + " cannot be used: ")) << text;
    EXPECT_NE(text.find("subflowd_test_nobody_has_this"), std::string::npos) << text;
}

TEST_F(CatalogTest, RefusesAFileThatIsNoSharedObject) {
    staging_.write("text.so", "This is not a shared object, however long it may become.\n");
    EXPECT_EQ(find("text"), inStaging("text") + " cannot be used: it is not a shared object");
    staging_.write("nothing.so", "");
    EXPECT_EQ(find("nothing"), inStaging("nothing") + " cannot be used: it is empty");
    fs::create_directory(staging_.path() / "folder.so");
    EXPECT_EQ(find("folder"), inStaging("folder") + " is not a regular file");
}

TEST_F(CatalogTest, RefusesAFileThatOthersCanWrite) {
    const auto file = staging_.add("good");
    for (const auto perms : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(file, fs::perms::owner_all | perms);
        EXPECT_EQ(find("good"), file.string() + " can be written by others than root: remove that "
                                                "permission (chmod go-w)");
    }
}

TEST_F(CatalogTest, RefusesADirectoryThatOthersCanWrite) {
    staging_.add("good");
    for (const auto perms : {fs::perms::group_write, fs::perms::others_write}) {
        fs::permissions(staging_.path(), fs::perms::owner_all | perms);
        EXPECT_EQ(find("good"), staging_.path().string() +
                                    " can be written by others than root: remove that permission "
                                    "(chmod go-w)");
    }
}

TEST_F(CatalogTest, RefusesWhatBelongsToSomebodyElse) {
    constexpr uid_t somebody = 1;
    const auto file = staging_.add("good");
    ASSERT_EQ(::chown(file.c_str(), somebody, 0), 0);
    EXPECT_EQ(find("good"), file.string() + " belongs to user 1 and must belong to root");
    ASSERT_EQ(::chown(file.c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(staging_.path().c_str(), somebody, 0), 0);
    EXPECT_EQ(find("good"),
              staging_.path().string() + " belongs to user 1 and must belong to root");
}

TEST_F(CatalogTest, JudgesWhatALinkPointsTo) {
    const Staging elsewhere;
    const auto file = elsewhere.add("good");
    fs::create_symlink(file, staging_.path() / "good.so");
    EXPECT_EQ(find("good"), "found version 1.2");
    fs::permissions(file, fs::perms::all);
    EXPECT_EQ(find("good"), inStaging("good") + " can be written by others than root: remove that "
                                                "permission (chmod go-w)");
}

TEST_F(CatalogTest, SaysWhereItLooked) {
    Catalog all{builtIn, {{staging_.path()}, {"/nonexistent"}}};
    EXPECT_EQ(reason(all.find("missing")),
              "there is no policy missing: built in are good, other, and no missing.so is in " +
                  staging_.path().string() + ", /nonexistent");
    EXPECT_EQ(
        reason(Catalog{{}, {}}.find("missing")),
        "there is no policy missing: built in are none, and no missing.so is in any directory");
}

TEST_F(CatalogTest, NeverLooksOutsideItsDirectories) {
    for (const auto* name : {"../good", "/etc/good", "", ".good"})
        EXPECT_EQ(find(name), std::string{"\""} + name + "\" cannot be the name of a policy");
}

TEST_F(CatalogTest, FileWinsOverTheBuiltInPolicyAndTheFirstDirectoryOverTheNext) {
    const Staging later;
    staging_.add("good");
    later.write("good.so", "not a shared object");
    Catalog all{builtIn, {{staging_.path()}, {later.path()}}};
    const auto found = all.find("good");
    ASSERT_EQ(reason(found), "found version 1.2");
    EXPECT_NE(std::get<const PluginDescriptor*>(found), &builtInGood);
    EXPECT_EQ(all.find("other"), Found{&builtInOther});
    EXPECT_EQ(all.known(), (std::vector<const PluginDescriptor*>{
                               std::get<const PluginDescriptor*>(found), &builtInOther}));
}

TEST_F(CatalogTest, BuiltInPolicyDoesNotSilentlyTakeThePlaceOfARefusedFile) {
    staging_.write("good.so", "not a shared object");
    Catalog all{builtIn, {{staging_.path()}}};
    EXPECT_EQ(reason(all.find("good")),
              inStaging("good") + " cannot be used: it is not a shared object");
}

TEST_F(CatalogTest, FileThatReplacesALoadedOneIsLoadedToo) {
    const auto file = staging_.add("good");
    auto all = catalog();
    const auto first = all.find("good");
    fs::remove(file);
    staging_.add("good");
    const auto second = all.find("good");
    ASSERT_EQ(reason(second), "found version 1.2");
    EXPECT_NE(second, first);
    EXPECT_EQ(all.known(),
              std::vector<const PluginDescriptor*>{std::get<const PluginDescriptor*>(second)});
}

TEST(CatalogDirectories, OneThatSomebodyNamedMustBeThere) {
    using Presence = PluginDirectory::Presence;
    EXPECT_NO_THROW(Catalog({}, {{"/nonexistent", Presence::optional}}));
    try {
        const Catalog all{{}, {{"/nonexistent", Presence::required}}};
        FAIL() << "a missing directory was accepted";
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "The plugin directory /nonexistent does not exist: create it or "
                                   "do not name it.");
    }
}

} // namespace
} // namespace subflowd::plugins
