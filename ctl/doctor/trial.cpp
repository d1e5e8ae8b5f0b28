// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/trial.hpp"

#include "host/file_descriptor.hpp"
#include "netlink/diag_uapi.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace subflowd::ctl::doctor {

namespace {

namespace diag = netlink::uapi::diag;
using host::FileDescriptor;

// include/uapi/linux/mptcp.h
constexpr int solMptcp = 284;
constexpr int mptcpInfo = 1;

constexpr int patience = 1000; // milliseconds

struct Loopback {
    sockaddr_storage address{};
    socklen_t length = 0;
};

Loopback loopback(Family family) {
    Loopback made;
    if (family == Family::ipv4) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        std::memcpy(&made.address, &address, made.length = sizeof address);
    } else {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
        std::memcpy(&made.address, &address, made.length = sizeof address);
    }
    return made;
}

FileDescriptor open(Family family) {
    return FileDescriptor{::socket(family == Family::ipv4 ? AF_INET : AF_INET6,
                                   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
                                   static_cast<int>(diag::mptcpProtocol))};
}

Trial whyNot(int error) {
    if (error == ENOPROTOOPT)
        return Trial::disabled;
    return error == EPROTONOSUPPORT || error == EAFNOSUPPORT || error == EINVAL ? Trial::unsupported
                                                                                : Trial::failed;
}

bool listensAt(const FileDescriptor& server, Loopback& at) {
    auto* address = reinterpret_cast<sockaddr*>(&at.address);
    return ::bind(server.number(), address, at.length) == 0 && ::listen(server.number(), 1) == 0 &&
           ::getsockname(server.number(), address, &at.length) == 0;
}

bool connects(const FileDescriptor& client, const Loopback& to) {
    const auto* address = reinterpret_cast<const sockaddr*>(&to.address);
    if (::connect(client.number(), address, to.length) != 0 && errno != EINPROGRESS)
        return false;
    pollfd watched{client.number(), POLLOUT, 0};
    int error = 0;
    socklen_t length = sizeof error;
    return ::poll(&watched, 1, patience) == 1 &&
           ::getsockopt(client.number(), SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0;
}

/// Takes the connection, so that both ends are closed properly: of one that nobody took the kernel
/// does not tell path managers that it ended.
FileDescriptor take(const FileDescriptor& server) {
    pollfd watched{server.number(), POLLIN, 0};
    if (::poll(&watched, 1, patience) != 1)
        return {};
    return FileDescriptor{::accept4(server.number(), nullptr, nullptr, SOCK_CLOEXEC)};
}

/// A connection that fell back passes its options on to TCP, which does not know this one.
bool isMultipath(const FileDescriptor& client) {
    std::array<std::byte, 256> info{};
    socklen_t length = info.size();
    std::uint32_t flags = 0;
    if (::getsockopt(client.number(), solMptcp, mptcpInfo, info.data(), &length) != 0)
        return false;
    std::memcpy(&flags, info.data() + diag::info::flagsOffset, sizeof flags);
    return (flags & diag::info::fallback) == 0;
}

} // namespace

Trial tryMultipath(Family family) {
    const auto server = open(family);
    if (!server.isOpen())
        return whyNot(errno);
    const auto client = open(family);
    auto at = loopback(family);
    if (!client.isOpen() || !listensAt(server, at) || !connects(client, at))
        return Trial::failed;
    const auto taken = take(server);
    return isMultipath(client) ? Trial::multipath : Trial::fellBack;
}

} // namespace subflowd::ctl::doctor
