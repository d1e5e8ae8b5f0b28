// SPDX-License-Identifier: BSD-3-Clause
#include "host/instance_lock.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <stdexcept>

namespace subflowd::host {
namespace {

std::string uniqueName() {
    return "subflowd-test-" + std::to_string(::getpid());
}

TEST(InstanceLock, IsHadByOneAtATime) {
    {
        const InstanceLock lock{uniqueName()};
        EXPECT_EQ(lock.warning(), "");
        try {
            const InstanceLock second{uniqueName()};
            FAIL() << "two daemons have the lock";
        } catch (const std::runtime_error& error) {
            EXPECT_EQ(error.what(), "Another subflowd, process " + std::to_string(::getpid()) +
                                        ", runs in this network namespace: stop it first.");
        }
        EXPECT_NO_THROW(InstanceLock{uniqueName() + "-another"});
    }
    EXPECT_NO_THROW(InstanceLock{uniqueName()}) << "the lock outlived its holder";
}

TEST(InstanceLock, CannotBeBlockedByWhoeverTakesItsName) {
    const auto name = uniqueName() + "-taken";
    const FileDescriptor squatter{::socket(AF_UNIX, SOCK_STREAM, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    ASSERT_EQ(::bind(squatter.number(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    const InstanceLock lock{name};
    EXPECT_EQ(lock.warning(),
              "The abstract socket name \"" + name +
                  "\" is taken by a process that does not answer, which is no subflowd: it is not "
                  "known whether another one runs in this network namespace.");
}

} // namespace
} // namespace subflowd::host
