// SPDX-License-Identifier: BSD-3-Clause
#include "host/path_manager_sysctl.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>

namespace subflowd::host {
namespace {

class PathManagerSysctlTest : public testing::Test {
  protected:
    PathManagerSysctl sysctl() const { return {directory_ / "mptcp", directory_ / "memory"}; }

    void set(const std::string& name, std::string_view text) const {
        std::filesystem::remove(directory_ / "mptcp" / name);
        write(directory_ / "mptcp" / name, text);
    }

    /// A plain file keeps what was longer before; a sysctl does not.
    std::string get(const std::string& name) const { return read(directory_ / "mptcp" / name); }

    TemporaryDirectory directory_;
};

TEST_F(PathManagerSysctlTest, TellsWhetherMptcpIsThereAndEnabled) {
    EXPECT_EQ(sysctl().enabled(), MptcpEnabled::noMptcp);
    set("enabled", "1\n");
    EXPECT_EQ(sysctl().enabled(), MptcpEnabled::yes);
    set("enabled", "0\n");
    EXPECT_EQ(sysctl().enabled(), MptcpEnabled::no);
}

TEST_F(PathManagerSysctlTest, TakesOverByNameAndRestores) {
    set("path_manager", "kernel");
    set("pm_type", "0\n");
    auto ours = sysctl();
    EXPECT_EQ(ours.current(), "kernel");
    EXPECT_EQ(ours.takeOver(PathManager::userspace), std::nullopt);
    EXPECT_EQ(get("path_manager"), "userspace");
    EXPECT_EQ(get("pm_type"), "0\n") << "the old name was used although there is a new one";
    set("path_manager", "userspace\n");
    EXPECT_EQ(ours.restore(), std::nullopt);
    EXPECT_EQ(get("path_manager").substr(0, 6), "kernel");
    EXPECT_FALSE(std::filesystem::exists(directory_ / "memory"));
}

TEST_F(PathManagerSysctlTest, TakesOverByNumberOnOlderKernels) {
    set("pm_type", "0\n");
    auto ours = sysctl();
    EXPECT_EQ(ours.current(), "kernel");
    EXPECT_EQ(ours.takeOver(PathManager::userspace), std::nullopt);
    EXPECT_EQ(ours.current(), "userspace");
    EXPECT_EQ(ours.restore(), std::nullopt);
    EXPECT_EQ(ours.current(), "kernel");
}

TEST_F(PathManagerSysctlTest, LeavesUserspaceIfItWasSetBefore) {
    set("path_manager", "userspace\n");
    auto ours = sysctl();
    EXPECT_EQ(ours.takeOver(PathManager::userspace), std::nullopt);
    EXPECT_EQ(ours.restore(), std::nullopt);
    EXPECT_EQ(get("path_manager"), "userspace\n");
}

TEST_F(PathManagerSysctlTest, LeavesWhatSomebodySetMeanwhile) {
    set("path_manager", "kernel\n");
    auto ours = sysctl();
    EXPECT_EQ(ours.takeOver(PathManager::userspace), std::nullopt);
    set("path_manager", "another\n");
    EXPECT_EQ(ours.restore(), std::nullopt);
    EXPECT_EQ(get("path_manager"), "another\n");
}

TEST_F(PathManagerSysctlTest, DoesNotTakeTheSettingOfADeadDaemonForTheAdministrators) {
    set("pm_type", "0\n");
    EXPECT_EQ(sysctl().takeOver(PathManager::userspace), std::nullopt); // and then it died
    auto next = sysctl();
    EXPECT_EQ(next.takeOver(PathManager::userspace), std::nullopt);
    EXPECT_EQ(next.restore(), std::nullopt);
    EXPECT_EQ(next.current(), "kernel");
}

TEST_F(PathManagerSysctlTest, ChangesItsMindAndRestoresWhatItFoundFirst) {
    set("pm_type", "1\n");
    auto ours = sysctl();
    EXPECT_EQ(ours.takeOver(PathManager::kernel), std::nullopt);
    EXPECT_EQ(ours.current(), "kernel");
    EXPECT_EQ(ours.takeOver(PathManager::userspace), std::nullopt);
    EXPECT_EQ(ours.takeOver(PathManager::kernel), std::nullopt);
    EXPECT_EQ(ours.restore(), std::nullopt);
    EXPECT_EQ(ours.current(), "userspace");
}

TEST_F(PathManagerSysctlTest, KnowsWhatADeadDaemonFoundWhateverThatSet) {
    set("pm_type", "0\n");
    EXPECT_EQ(sysctl().takeOver(PathManager::userspace), std::nullopt); // and then it died
    auto next = sysctl();
    EXPECT_EQ(next.takeOver(PathManager::kernel), std::nullopt);
    EXPECT_EQ(read(directory_ / "memory"), "kernel kernel\n");
    set("pm_type", "1\n"); // somebody's choice
    auto third = sysctl();
    EXPECT_EQ(third.takeOver(PathManager::kernel), std::nullopt);
    EXPECT_EQ(third.restore(), std::nullopt);
    EXPECT_EQ(third.current(), "userspace");
}

TEST_F(PathManagerSysctlTest, RestoresNothingThatItDidNotTakeOver) {
    set("path_manager", "userspace\n");
    EXPECT_EQ(sysctl().restore(), std::nullopt);
    EXPECT_EQ(get("path_manager"), "userspace\n");
}

TEST_F(PathManagerSysctlTest, SaysThatTheKernelHasNoMptcp) {
    EXPECT_EQ(sysctl().current(), std::nullopt);
    EXPECT_EQ(sysctl().takeOver(PathManager::userspace),
              "This kernel has no userspace path manager of MPTCP, because " +
                  (directory_ / "mptcp/path_manager").string() +
                  " and pm_type cannot be read: it needs Linux 5.19 with CONFIG_MPTCP.");
}

TEST_F(PathManagerSysctlTest, SaysWhatPreventedIt) {
    set("pm_type", "0\n");
    std::filesystem::create_symlink("pm_type", directory_ / "mptcp/path_manager");
    auto ours = sysctl();
    EXPECT_TRUE(ours.takeOver(PathManager::userspace)) << "it wrote through a symbolic link";
}

} // namespace
} // namespace subflowd::host
