// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

/// Tests on the real kernel, each in a network namespace of its own.
namespace subflowd::test {

/// Runs `body` in a thread that has moved to a new network namespace, with lo up. Skips the test,
/// with the reason, where the kernel or the user's rights do not allow it.
inline void inNewNamespace(const std::function<void()>& body) {
    std::string obstacle;
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0)
            obstacle = std::string("cannot make a network namespace: ") + std::strerror(errno);
        else if (std::system("ip link set lo up") != 0)
            obstacle = "ip(8) does not work";
        else
            body();
    }).join();
    if (!obstacle.empty())
        GTEST_SKIP() << obstacle;
}

/// A command of the shell that has to succeed.
inline void run(const std::string& command) {
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

/// Calls `receive` whenever a descriptor is readable, until `done`. Fails after five seconds.
inline void receiveUntil(std::span<const int> fds, const std::function<void()>& receive,
                         const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!done()) {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "waited in vain";
        std::vector<pollfd> watched;
        for (const int fd : fds)
            watched.push_back({fd, POLLIN, 0});
        if (::poll(watched.data(), watched.size(), 100) > 0)
            receive();
    }
}

} // namespace subflowd::test
