// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"
#include "netlink/socket.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

namespace subflowd::netlink::test {

/// Two ends of one datagram socket: the daemon's, and the one a test plays the kernel with.
struct SocketPair {
    Socket daemon;
    Socket kernel;

    static SocketPair open() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()) != 0)
            throw std::system_error(errno, std::generic_category(), "socketpair");
        return {Socket(ends[0]), Socket(ends[1])};
    }

    void reply(Bytes datagram) const {
        if (::send(kernel.fd(), datagram.data(), datagram.size(), 0) < 0)
            throw std::system_error(errno, std::generic_category(), "cannot play the kernel");
    }

    /// The next datagram the daemon sent; empty if there is none.
    [[nodiscard]] std::vector<std::byte> request() const {
        std::vector<std::byte> datagram(64 * 1024);
        const auto length = ::recv(kernel.fd(), datagram.data(), datagram.size(), 0);
        datagram.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
        return datagram;
    }
};

} // namespace subflowd::netlink::test
