// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/kernel_pair.hpp"
#include "netlink/owner_dump.hpp"
#include "netlink/owner_query.hpp"
#include "support/new_namespace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

/// Whose connections are, asked of the kernel of this machine.
namespace subflowd::netlink {
namespace {

using test::Pair;
using testing::IsEmpty;

constexpr Token nobodys{0x12345678};

std::vector<SocketOwner> dumped() {
    OwnerDump dump;
    std::vector<SocketOwner> owners;
    EXPECT_EQ(dump.start(), OwnerDump::Part::more);
    auto part = OwnerDump::Part::more;
    const std::array fds{dump.fd()};
    subflowd::test::receiveUntil(
        fds, [&] { part = dump.receive(owners); }, [&] { return part == OwnerDump::Part::last; });
    return owners;
}

TEST(Owners, areTheUsersWhoseSocketsTheyAre) {
    subflowd::test::inNewNamespace([] {
        Pair pair;
        OwnerQuery query;
        const auto before = dumped();
        ASSERT_EQ(before.size(), 2u) << "both ends, and not who listens";
        for (const auto& [token, user] : before) {
            EXPECT_EQ(user, ::geteuid());
            EXPECT_EQ(query.ownerOf(token), ::geteuid());
        }
        ASSERT_EQ(::fchown(pair.client.fd(), 1000, static_cast<gid_t>(-1)), 0);
        const auto after = dumped();
        EXPECT_EQ(std::ranges::count(after, 1000u, &SocketOwner::user), 1);
        for (const auto& [token, user] : after)
            EXPECT_EQ(query.ownerOf(token), user);
    });
}

TEST(Owners, areOnlyOfWhatIsThere) {
    subflowd::test::inNewNamespace([] {
        EXPECT_THAT(dumped(), IsEmpty());
        OwnerQuery query;
        EXPECT_EQ(query.ownerOf(nobodys), std::nullopt);
        EXPECT_EQ(query.ownerOf(Token{}), std::nullopt);
    });
}

} // namespace
} // namespace subflowd::netlink
