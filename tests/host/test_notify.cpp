// SPDX-License-Identifier: BSD-3-Clause
#include "host/file_descriptor.hpp"
#include "host/notify.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

namespace subflowd::host {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{seconds{100}};

/// A service manager that listens.
class NotifierTest : public testing::Test {
  protected:
    NotifierTest() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        const std::string path = directory_ / "notify";
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        if (::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address))
            throw std::runtime_error("cannot bind " + path);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }

    ~NotifierTest() override { ::unsetenv("NOTIFY_SOCKET"); }

    /// What was told since the last time; empty if nothing was.
    std::string heard() const {
        std::array<char, 512> text{};
        const auto size = ::recv(socket_.number(), text.data(), text.size(), 0);
        return size > 0 ? std::string{text.data(), static_cast<std::size_t>(size)} : std::string{};
    }

    TemporaryDirectory directory_;
    FileDescriptor socket_;
    Notifier notifier_;
};

TEST_F(NotifierTest, TellsTheStatesOfTheService) {
    notifier_.ready();
    EXPECT_EQ(heard(), "READY=1");
    notifier_.reloading(Instant{milliseconds{1500}});
    EXPECT_EQ(heard(), "RELOADING=1\nMONOTONIC_USEC=1500000");
    notifier_.stopping();
    EXPECT_EQ(heard(), "STOPPING=1");
}

TEST_F(NotifierTest, TellsAStatusAtMostOnceASecondAndThenTheLatest) {
    notifier_.status(start, "one");
    EXPECT_EQ(heard(), "STATUS=one");
    EXPECT_EQ(notifier_.due(), never);
    notifier_.status(start + milliseconds{10}, "two");
    notifier_.status(start + milliseconds{20}, "three");
    EXPECT_EQ(heard(), "");
    EXPECT_EQ(notifier_.due(), start + seconds{1});
    notifier_.flush(start + milliseconds{999});
    EXPECT_EQ(heard(), "");
    notifier_.flush(start + seconds{1});
    EXPECT_EQ(heard(), "STATUS=three");
    EXPECT_EQ(notifier_.due(), never);
    notifier_.flush(start + seconds{5});
    EXPECT_EQ(heard(), "");
}

TEST_F(NotifierTest, DoesNotTellAStatusTwice) {
    notifier_.status(start, "one");
    EXPECT_EQ(heard(), "STATUS=one");
    notifier_.status(start + seconds{2}, "one");
    EXPECT_EQ(heard(), "");
    notifier_.status(start + seconds{2}, "two");
    EXPECT_EQ(heard(), "STATUS=two");
    notifier_.status(start + seconds{2}, "three");
    notifier_.status(start + seconds{2}, "two");
    EXPECT_EQ(notifier_.due(), never) << "what is shown is right already";
}

TEST_F(NotifierTest, StatusCannotSetAnythingElse) {
    notifier_.status(start, "one\nSTOPPING=1");
    EXPECT_EQ(heard(), "STATUS=one STOPPING=1");
}

} // namespace
} // namespace subflowd::host
