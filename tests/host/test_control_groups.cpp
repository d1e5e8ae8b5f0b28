// SPDX-License-Identifier: BSD-3-Clause
#include "host/control_groups.hpp"
#include "host/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace subflowd::host {
namespace {

std::uint64_t numberOf(const std::filesystem::path& path) {
    struct stat facts {};

    EXPECT_EQ(stat(path.c_str(), &facts), 0) << path;
    return facts.st_ino;
}

class ControlGroupTree : public testing::Test {
  protected:
    ControlGroupTree() {
        std::filesystem::create_directories(root / "user.slice" / "one.scope");
        std::filesystem::create_directories(root / "system.slice" / "web.service");
        std::ofstream{root / "user.slice" / "cgroup.procs"} << "1\n";
    }

    TemporaryDirectory directory;
    std::filesystem::path root = directory.path();
    ControlGroups groups{root};
};

TEST_F(ControlGroupTree, TellsPathsByNumber) {
    EXPECT_EQ(groups.pathOf(numberOf(root)), "/");
    EXPECT_EQ(groups.pathOf(numberOf(root / "user.slice")), "/user.slice");
    EXPECT_EQ(groups.pathOf(numberOf(root / "system.slice" / "web.service")),
              "/system.slice/web.service");
}

TEST_F(ControlGroupTree, DoesNotTakeAFileForAGroup) {
    EXPECT_EQ(groups.pathOf(numberOf(root / "user.slice" / "cgroup.procs")), "");
}

TEST_F(ControlGroupTree, RemembersAGroupThatIsGone) {
    const auto number = numberOf(root / "user.slice" / "one.scope");
    EXPECT_EQ(groups.pathOf(number), "/user.slice/one.scope");
    std::filesystem::remove_all(root / "user.slice");
    EXPECT_EQ(groups.pathOf(number), "/user.slice/one.scope");
    EXPECT_EQ(groups.pathOf(1), "");
}

TEST(ControlGroupRoot, MayBeNowhere) {
    ControlGroups none{std::filesystem::path{}};
    EXPECT_EQ(none.pathOf(1), "");
    ControlGroups gone{"/nonexistent"};
    EXPECT_EQ(gone.pathOf(1), "");
}

} // namespace
} // namespace subflowd::host
