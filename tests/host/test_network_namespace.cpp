// SPDX-License-Identifier: BSD-3-Clause
#include "host/network_namespace.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace subflowd::host {
namespace {

TEST(NetworkNamespace, IsTheOneOfThisThread) {
    const auto inode = std::to_string(static_cast<std::uint64_t>(currentNetworkNamespace()));
    EXPECT_EQ(std::filesystem::read_symlink("/proc/thread-self/ns/net"), "net:[" + inode + ']');
    EXPECT_EQ(fileStem(currentNetworkNamespace()), "netns-" + inode);
}

} // namespace
} // namespace subflowd::host
