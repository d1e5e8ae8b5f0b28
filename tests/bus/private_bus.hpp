// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace subflowd::testing {

/// A dbus-daemon of its own, which accepts connections while the object lives.
class PrivateBus {
  public:
    PrivateBus() {
        std::string pattern = (std::filesystem::temp_directory_path() / "subflowd-XXXXXX").string();
        if (!::mkdtemp(pattern.data()))
            throw std::runtime_error("cannot make a directory for the bus");
        directory_ = pattern;
        start();
    }

    ~PrivateBus() {
        stop();
        std::filesystem::remove_all(directory_);
    }

    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    std::string address() const { return "unix:path=" + (directory_ / "bus").string(); }

    void stop() {
        if (process_ <= 0)
            return;
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        process_ = 0;
    }

  private:
    /// dbus-daemon prints its address once it accepts connections.
    void start() {
        int ready[2];
        if (::pipe(ready) != 0)
            throw std::runtime_error("cannot make a pipe");
        auto where = "--address=" + address();
        auto print = "--print-address=" + std::to_string(ready[1]);
        std::string words[] = {"dbus-daemon", "--session", "--nofork", "--nopidfile"};
        char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                             where.data(),    print.data(),    nullptr};
        const int failed =
            ::posix_spawnp(&process_, "dbus-daemon", nullptr, nullptr, arguments, environ);
        ::close(ready[1]);
        char first = 0;
        const bool up = failed == 0 && ::read(ready[0], &first, 1) == 1;
        ::close(ready[0]);
        if (!up)
            throw std::runtime_error("dbus-daemon does not start: is it installed?");
    }

    std::filesystem::path directory_;
    pid_t process_ = 0;
};

} // namespace subflowd::testing
