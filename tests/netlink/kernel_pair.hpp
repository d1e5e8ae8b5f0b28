// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/diag_socket.hpp"
#include "netlink/diag_uapi.hpp"
#include "support/new_namespace.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <variant>
#include <vector>

/// A connection of the real kernel, and what inet_diag says of it.
namespace subflowd::netlink::test {

inline constexpr std::uint16_t port = 5001;

/// A TCP or MPTCP socket.
class Connected {
  public:
    explicit Connected(int fd) : fd_(fd) { EXPECT_GE(fd, 0) << std::strerror(errno); }

    Connected(const Connected&) = delete;
    Connected& operator=(const Connected&) = delete;

    ~Connected() { close(); }

    void close() {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

    void send() const { EXPECT_EQ(::send(fd_, "x", 1, 0), 1) << std::strerror(errno); }

    void receive() const {
        char byte = 0;
        EXPECT_EQ(::recv(fd_, &byte, 1, 0), 1) << std::strerror(errno);
    }

    std::uint16_t localPort() const {
        sockaddr_in address{};
        socklen_t length = sizeof address;
        EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length), 0);
        return ntohs(address.sin_port);
    }

    int fd() const { return fd_; }

  private:
    int fd_;
};

inline constexpr int mptcp = int{uapi::diag::mptcpProtocol};

/// Listens on [::]: what it accepts has v4-mapped addresses.
inline int listenWith(int protocol) {
    const int fd = ::socket(AF_INET6, SOCK_STREAM, protocol);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(fd, 4), 0);
    return fd;
}

inline int connectWithMptcp() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, mptcp);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
        << std::strerror(errno);
    return fd;
}

/// Both ends of a connection over which a byte went each way.
struct Pair {
    explicit Pair(int listenerProtocol = mptcp) : listener(listenWith(listenerProtocol)) {
        client.send();
        server.receive();
        server.send();
        client.receive();
    }

    Connected listener;
    Connected client{connectWithMptcp()};
    Connected server{::accept(listener.fd(), nullptr, nullptr)};
};

inline std::vector<core::SnapshotPart>
takeSnapshot(DiagSocket& socket,
             core::snapshot::Occasion occasion = core::snapshot::Occasion::start) {
    std::vector<core::SnapshotPart> parts;
    socket.start(occasion, parts);
    const std::array fds{socket.fd()};
    subflowd::test::receiveUntil(
        fds, [&] { socket.receive(parts); },
        [&] { return socket.state() != DiagSocket::State::running; });
    return parts;
}

template <typename Part>
std::vector<Part> all(const std::vector<core::SnapshotPart>& parts) {
    std::vector<Part> found;
    for (const auto& part : parts)
        if (const auto* one = std::get_if<Part>(&part))
            found.push_back(*one);
    return found;
}

} // namespace subflowd::netlink::test
