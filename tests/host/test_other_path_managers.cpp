// SPDX-License-Identifier: BSD-3-Clause
#include "host/file_descriptor.hpp"
#include "host/other_path_managers.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sys/socket.h>

namespace subflowd::host {
namespace {

namespace fs = std::filesystem;

constexpr const char* table =
    "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
    "000000000df45f8b 16  1234       00000100 0        0        0     2        0        501\n"
    "000000000df45f8c 16  4021301876 00000110 0        0        0     2        3        502\n"
    "000000000df45f8d 16  77         00000010 0        0        0     2        0        503\n"
    "000000000df45f8e 0   88         00000100 0        0        0     2        0        504\n"
    "000000000df45f8f 16  99         0000\n"
    "000000000df45f90 16  x          00000100 0        0        0     2        0        505\n";

TEST(Subscribers, AreTheGenericSocketsWithTheGroupsBit) {
    EXPECT_EQ(subscribers(table, 9), (std::vector<NetlinkSocket>{{1234, 501}, {4021301876, 502}}));
    EXPECT_EQ(subscribers(table, 5), (std::vector<NetlinkSocket>{{4021301876, 502}, {77, 503}}));
}

TEST(Subscribers, OfGroupsThatTheFileDoesNotShowAreNotKnown) {
    EXPECT_TRUE(subscribers(table, 0).empty());
    EXPECT_TRUE(subscribers(table, 33).empty());
    EXPECT_TRUE(subscribers(table, 32).empty());
    EXPECT_TRUE(subscribers("", 9).empty());
}

/// A directory that looks like /proc.
class OtherPathManagersTest : public testing::Test {
  protected:
    OtherPathManagersTest() {
        write(proc_ / "thread-self/net/netlink", table);
        addProcess("50", "bash", 1);
    }

    void addProcess(const std::string& pid, const std::string& name, int socketInode) const {
        write(proc_ / pid / "comm", name + '\n');
        fs::create_directories(proc_ / pid / "fd");
        fs::create_symlink("socket:[" + std::to_string(socketInode) + ']', proc_ / pid / "fd/3");
    }

    TemporaryDirectory proc_;
};

using Others = std::vector<OtherPathManager>;

TEST_F(OtherPathManagersTest, AreFoundByTheInodesOfTheirSockets) {
    addProcess("4000", "mptcpd", 501);
    addProcess("1234", "not-the-owner", 2);
    addProcess("4001", "subflowd", 502);
    EXPECT_EQ(otherPathManagers(9, proc_.path()), (Others{{4000, "mptcpd"}, {4001, "subflowd"}}));
}

TEST_F(OtherPathManagersTest, AreGuessedByTheirPortsWhereTheirFilesAreHidden) {
    write(proc_ / "1234/comm", "mptcpd\n");
    EXPECT_EQ(otherPathManagers(9, proc_.path()), (Others{{1234, "mptcpd"}, {0, ""}}));
}

TEST_F(OtherPathManagersTest, AreNotInitThatKeepsACopy) {
    addProcess("1", "systemd", 501);
    addProcess("4000", "mptcpd", 501);
    fs::create_symlink("socket:[502]", proc_ / "1/fd/4");
    EXPECT_EQ(otherPathManagers(9, proc_.path()), (Others{{4000, "mptcpd"}, {1, "systemd"}}));
}

TEST_F(OtherPathManagersTest, DoNotIncludeThisProcess) {
    addProcess("self", "subflowd", 501);
    addProcess("4001", "mptcpd", 502);
    EXPECT_EQ(otherPathManagers(9, proc_.path()), (Others{{4001, "mptcpd"}}));
}

TEST(OtherPathManagers, AreNeverThisProcessOnThisSystem) {
    constexpr std::uint32_t notifyGroup = 16; // nlctrl's: no rights needed
    const FileDescriptor ours{::socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC)};
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    ASSERT_EQ(::bind(ours.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    const int group = notifyGroup;
    ASSERT_EQ(
        ::setsockopt(ours.number(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group), 0);
    for (const auto& other : otherPathManagers(notifyGroup))
        EXPECT_NE(other.pid, ::getpid());
    EXPECT_FALSE(subscribers(read("/proc/thread-self/net/netlink"), notifyGroup).empty());
}

} // namespace
} // namespace subflowd::host
