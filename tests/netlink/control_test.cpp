// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/command_port.hpp"
#include "netlink/control.hpp"
#include "netlink/event_socket.hpp"

#include <subflowd/address_text.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stdexcept>

/// On the kernel of this machine, in a network namespace of its own.
namespace subflowd::netlink {
namespace {

/// Runs the body in a child process with an empty network namespace. The child says why it failed
/// on stderr; its exit status says that it did.
void inOwnNamespace(const std::function<void()>& body) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root for a network namespace";
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::unshare(CLONE_NEWNET) != 0)
            ::_exit(77);
        try {
            body();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            ::_exit(1);
        }
        ::_exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        GTEST_SKIP() << "needs leave to make a network namespace (CAP_SYS_ADMIN)";
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
        << "the child failed, see above; wait status " << status;
}

Instant now() {
    return Instant{std::chrono::steady_clock::now().time_since_epoch()};
}

/// The end of one command; waits for the kernel at most as long as the port would.
core::CommandFinished run(CommandPort& port, core::Command command) {
    std::vector<core::CommandFinished> ends;
    const core::IssuedCommand issued{core::CommandId{9}, std::move(command)};
    port.queue({&issued, 1}, now());
    port.send();
    while (ends.empty()) {
        std::array<pollfd, 2> ready{pollfd{port.fds()[0], POLLIN, 0},
                                    pollfd{port.fds()[1], POLLIN, 0}};
        ::poll(ready.data(), ready.size(), 10);
        port.receive(ends);
        port.expire(now(), ends);
    }
    EXPECT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].id, core::CommandId{9});
    return ends[0];
}

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {
        if (fd < 0)
            throw std::runtime_error("no socket");
    }

    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    ~FileDescriptor() { ::close(fd_); }

    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

/// Brings lo up, and gives a connection through it: listener, client, accepted.
struct Loopback {
    Loopback() {
        if (std::system("ip link set lo up") != 0)
            throw std::runtime_error("cannot bring lo up: is iproute2 installed?");
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        any.sin_port = htons(5001);
        const auto* address = reinterpret_cast<const sockaddr*>(&any);
        if (::bind(listener.get(), address, sizeof any) != 0 || ::listen(listener.get(), 4) != 0 ||
            ::connect(client.get(), address, sizeof any) != 0)
            throw std::runtime_error("cannot connect through lo");
        accepted.emplace(::accept(listener.get(), nullptr, nullptr));
    }

    /// Of the accepted socket, which shares its local port with the listener.
    [[nodiscard]] core::command::ResetSubflow reset() const {
        sockaddr_in peer{};
        socklen_t length = sizeof peer;
        ::getsockname(client.get(), reinterpret_cast<sockaddr*>(&peer), &length);
        core::command::ResetSubflow reset;
        reset.tuple.local = parseEndpoint("127.0.0.1:5001").value();
        reset.tuple.remote = {IpAddress::v4(127, 0, 0, 1), ntohs(peer.sin_port)};
        return reset;
    }

    [[nodiscard]] bool isListening() const {
        int answer = 0;
        socklen_t length = sizeof answer;
        ::getsockopt(listener.get(), SOL_SOCKET, SO_ACCEPTCONN, &answer, &length);
        return answer == 1;
    }

    FileDescriptor listener{::socket(AF_INET, SOCK_STREAM, 0)};
    FileDescriptor client{::socket(AF_INET, SOCK_STREAM, 0)};
    std::optional<FileDescriptor> accepted;
};

TEST(Kernel, HasTheFamilyAndItsCommands) {
    inOwnNamespace([] {
        const auto features = resolveKernel();
        EXPECT_NE(features.family, FamilyId{});
        EXPECT_NE(features.events, GroupId{});
        EXPECT_EQ(features.names(), std::vector<std::string>{"userspace-commands"});
    });
}

TEST(Kernel, LetsTheEventSocketJoin) {
    inOwnNamespace([] {
        const auto kernel = resolveKernel();
        EventSocket events(kernel.family, kernel.events, 1024 * 1024);
        EXPECT_GE(events.receiveBuffer(), 1024U * 1024U);
        EXPECT_EQ(events.drain().queue, Queue::empty);
    });
}

TEST(Kernel, RefusesTheEventSocketWithoutCapNetAdmin) {
    inOwnNamespace([] {
        const auto kernel = resolveKernel();
        if (::setuid(65534) != 0)
            throw std::runtime_error("cannot become nobody");
        try {
            EventSocket events(kernel.family, kernel.events, 0);
            ADD_FAILURE() << "nobody may listen";
        } catch (const std::system_error& refused) {
            EXPECT_NE(std::string(refused.what()).find("CAP_NET_ADMIN"), std::string::npos);
        }
    });
}

TEST(Kernel, RefusesATokenItDoesNotKnow) {
    inOwnNamespace([] {
        CommandPort port(resolveKernel().family);
        core::command::CreateSubflow create;
        create.token = Token{1};
        create.local = parseAddress("10.0.0.1").value();
        create.remote = parseEndpoint("10.0.0.2:80").value();
        const auto end = run(port, create);
        EXPECT_EQ(end.refusal, core::Refusal::unknownToken);
        EXPECT_EQ(end.message, "invalid token");
        EXPECT_EQ(run(port, core::command::AskIds{Token{1}}).refusal, core::Refusal::unknownToken);
        EXPECT_EQ(run(port, core::command::AskFacts{Token{1}}).error, ENOENT);
    });
}

TEST(Kernel, ResetsTheSubflowAndThenFindsItGone) {
    inOwnNamespace([] {
        CommandPort port(resolveKernel().family);
        const Loopback loopback;
        EXPECT_EQ(run(port, loopback.reset()).refusal, core::Refusal::none);
        char byte = 0;
        EXPECT_EQ(::recv(loopback.accepted->get(), &byte, 1, 0), -1);
        EXPECT_EQ(errno, ECONNABORTED);
        EXPECT_EQ(run(port, loopback.reset()).error, ENOENT);
        EXPECT_TRUE(loopback.isListening()) << "the application's listener was killed";
    });
}

TEST(Kernel, ResetsABoundSubflowIfTheLinkIsGiven) {
    inOwnNamespace([] {
        CommandPort port(resolveKernel().family);
        const Loopback loopback;
        ASSERT_EQ(::setsockopt(loopback.accepted->get(), SOL_SOCKET, SO_BINDTODEVICE, "lo", 3), 0);
        auto reset = loopback.reset();
        EXPECT_EQ(run(port, reset).error, ENOENT);
        reset.link = LinkIndex{1};
        EXPECT_EQ(run(port, reset).refusal, core::Refusal::none);
    });
}

TEST(Kernel, ResetsASubflowOfMappedForm) {
    inOwnNamespace([] {
        CommandPort port(resolveKernel().family);
        const Loopback loopback;
        auto reset = loopback.reset();
        reset.tuple.form = core::AddressForm::mapped;
        EXPECT_EQ(run(port, reset).refusal, core::Refusal::none);
    });
}

} // namespace
} // namespace subflowd::netlink
