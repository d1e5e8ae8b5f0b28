// SPDX-License-Identifier: BSD-3-Clause
#include "host/join_listeners.hpp"
#include "support/new_namespace.hpp"

#include <subflowd/address_text.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <vector>

namespace subflowd::host {
namespace {

constexpr int mptcp = 262;

using test::inNewNamespace;
using test::receiveUntil;
using test::run;

Endpoint at(const char* text) {
    return parseEndpoint(text).value();
}

sockaddr_storage addressOf(const Endpoint& endpoint, socklen_t& length) {
    sockaddr_storage storage{};
    if (endpoint.address.family() == Family::ipv4) {
        auto& address = reinterpret_cast<sockaddr_in&>(storage);
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        std::memcpy(&address.sin_addr, endpoint.address.bytes().data(), 4);
        length = sizeof address;
    } else {
        auto& address = reinterpret_cast<sockaddr_in6&>(storage);
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(endpoint.port);
        std::memcpy(&address.sin6_addr, endpoint.address.bytes().data(), 16);
        length = sizeof address;
    }
    return storage;
}

/// A connection, established or on its way; `error` is why there is none.
struct Stranger {
    explicit Stranger(const Endpoint& to, int protocol = IPPROTO_TCP) {
        const int family = to.address.family() == Family::ipv4 ? AF_INET : AF_INET6;
        socket = FileDescriptor{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol)};
        const timeval patience{5, 0}; // a test that fails should not hang
        ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        socklen_t length = 0;
        const auto address = addressOf(to, length);
        const auto* destination = reinterpret_cast<const sockaddr*>(&address);
        if (::connect(socket.number(), destination, length) < 0)
            error = errno;
    }

    /// What the peer's end makes of it: errno of a read, 0 for an orderly end.
    int ending() const {
        char byte = 0;
        return ::read(socket.number(), &byte, 1) < 0 ? errno : 0;
    }

    FileDescriptor socket;
    int error = 0;
};

void serveUntil(JoinListeners& listeners, const std::function<bool()>& done) {
    const std::array fds{listeners.fd()};
    receiveUntil(
        fds, [&] { listeners.serve(); }, done);
}

bool isReadable(const JoinListeners& listeners) {
    pollfd watched{listeners.fd(), POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
}

class JoinListenersTest : public testing::TestWithParam<const char*> {};

TEST_P(JoinListenersTest, ResetsWhoeverConnects) {
    inNewNamespace([] {
        const auto local = at(GetParam());
        JoinListeners listeners;
        EXPECT_EQ(listeners.open(local), (core::ListenerOpened{local, 0}));
        EXPECT_FALSE(isReadable(listeners));
        const Stranger plain(local);
        const Stranger multipath(local, mptcp);
        EXPECT_EQ(plain.error, 0);
        EXPECT_EQ(multipath.error, 0);
        serveUntil(listeners, [&] { return listeners.counters().strangers == 2; });
        EXPECT_EQ(plain.ending(), ECONNRESET);
        EXPECT_EQ(multipath.ending(), ECONNRESET);
        EXPECT_FALSE(isReadable(listeners));
        EXPECT_EQ(listeners.counters().failures, 0U);
    });
}

INSTANTIATE_TEST_SUITE_P(Host, JoinListenersTest, testing::Values("127.0.0.2:8443", "[::1]:8443"));

TEST(JoinListeners, ListenAtExactlyTheirAddress) {
    inNewNamespace([] {
        JoinListeners listeners;
        EXPECT_EQ(listeners.open(at("127.0.0.2:8443")).error, 0);
        EXPECT_EQ(Stranger(at("127.0.0.1:8443")).error, ECONNREFUSED);
        EXPECT_EQ(Stranger(at("127.0.0.2:8444")).error, ECONNREFUSED);
        EXPECT_EQ(listeners.open(at("127.0.0.3:8443")).error, 0);
        EXPECT_EQ(listeners.open(at("[::1]:8443")).error, 0);
    });
}

TEST(JoinListeners, ListenBeforeTheAddressIsThere) {
    inNewNamespace([] {
        JoinListeners listeners;
        EXPECT_EQ(listeners.open(at("192.0.2.1:8443")).error, 0);
        EXPECT_EQ(listeners.open(at("[2001:db8::1]:8443")).error, 0);
        run("ip addr add 192.0.2.1/32 dev lo");
        const Stranger stranger(at("192.0.2.1:8443"));
        serveUntil(listeners, [&] { return listeners.counters().strangers == 1; });
        EXPECT_EQ(stranger.ending(), ECONNRESET);
    });
}

TEST(JoinListeners, SayWhyTheyCannotListen) {
    inNewNamespace([] {
        JoinListeners listeners;
        JoinListeners others;
        const auto local = at("127.0.0.1:8443");
        EXPECT_EQ(others.open(local).error, 0);
        EXPECT_EQ(listeners.open(local), (core::ListenerOpened{local, EADDRINUSE}));
        EXPECT_EQ(others.open(local).error, 0) << "it listens already";
        others.close(local);
        EXPECT_EQ(listeners.open(local).error, 0);
    });
}

TEST(JoinListeners, OfEveryAddressAreInTheWay) {
    inNewNamespace([] {
        JoinListeners listeners;
        JoinListeners others;
        EXPECT_EQ(others.open(at("0.0.0.0:8443")).error, 0);
        EXPECT_EQ(listeners.open(at("127.0.0.1:8443")).error, EADDRINUSE);
    });
}

TEST(JoinListeners, OfTheKernelForAnEndpointWithAPortAreInTheWay) {
    inNewNamespace([] {
        run("ip mptcp endpoint add 127.0.0.1 signal port 8443");
        JoinListeners listeners;
        EXPECT_EQ(listeners.open(at("127.0.0.1:8443")).error, EADDRINUSE);
    });
}

TEST(JoinListeners, CloseForGood) {
    inNewNamespace([] {
        JoinListeners listeners;
        const auto local = at("127.0.0.1:8443");
        listeners.close(local);
        EXPECT_EQ(listeners.open(local).error, 0);
        const Stranger waiting(local);
        listeners.close(local);
        EXPECT_EQ(waiting.ending(), ECONNRESET);
        EXPECT_EQ(Stranger(local).error, ECONNREFUSED);
        EXPECT_FALSE(isReadable(listeners));
    });
}

TEST(JoinListeners, AreNotFilled) {
    inNewNamespace([] {
        JoinListeners listeners;
        const auto local = at("127.0.0.1:8443");
        EXPECT_EQ(listeners.open(local).error, 0);
        constexpr std::uint64_t crowd = 2000;
        for (std::uint64_t i = 1; i <= crowd; ++i) {
            const Stranger stranger(local);
            ASSERT_EQ(stranger.error, 0);
            serveUntil(listeners, [&] { return listeners.counters().strangers == i; });
            ASSERT_EQ(stranger.ending(), ECONNRESET);
        }
    });
}

TEST(JoinListeners, ServeABoundedNumberInATurn) {
    inNewNamespace([] {
        JoinListeners listeners;
        const auto local = at("127.0.0.1:8443");
        EXPECT_EQ(listeners.open(local).error, 0);
        constexpr std::size_t crowd = 150;
        std::vector<Stranger> strangers;
        for (std::size_t i = 0; i < crowd; ++i)
            strangers.emplace_back(local);
        listeners.serve();
        EXPECT_GT(listeners.counters().strangers, 0U);
        EXPECT_LT(listeners.counters().strangers, crowd);
        serveUntil(listeners, [&] { return listeners.counters().strangers == crowd; });
        EXPECT_FALSE(isReadable(listeners));
    });
}

/// Lets this process have descriptors below a number only, as long as it lives.
class DescriptorLimit {
  public:
    explicit DescriptorLimit(rlim_t below) {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before_), 0);
        const rlimit limit{below, before_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }

    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }

  private:
    rlimit before_{};
};

rlim_t lowestFree() {
    const FileDescriptor next{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return static_cast<rlim_t>(next.number());
}

TEST(JoinListeners, ResetWithoutADescriptorToSpare) {
    inNewNamespace([] {
        JoinListeners listeners;
        const auto local = at("127.0.0.1:8443");
        EXPECT_EQ(listeners.open(local).error, 0);
        const Stranger one(local);
        const Stranger two(local);
        {
            const DescriptorLimit limit(lowestFree());
            EXPECT_EQ(listeners.open(at("127.0.0.1:8444")).error, EMFILE);
            listeners.serve();
        }
        EXPECT_EQ(listeners.counters(), (JoinListeners::Counters{2, 0}));
        EXPECT_EQ(one.ending(), ECONNRESET);
        EXPECT_EQ(two.ending(), ECONNRESET);
    });
}

TEST(JoinListeners, DoNotSpinWhereAcceptFails) {
    inNewNamespace([] {
        JoinListeners listeners;
        const auto local = at("127.0.0.1:8443");
        EXPECT_EQ(listeners.open(local).error, 0);
        const Stranger one(local);
        {
            const DescriptorLimit nothing(0);
            listeners.serve();
        }
        EXPECT_EQ(listeners.counters(), (JoinListeners::Counters{0, 1}));
        EXPECT_FALSE(isReadable(listeners));
        const Stranger two(local);
        serveUntil(listeners, [&] { return listeners.counters().strangers == 2; });
    });
}

} // namespace
} // namespace subflowd::host
