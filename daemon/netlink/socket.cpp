// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/socket.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace subflowd::netlink {
namespace {

[[noreturn]] void fail(const char* sentence) {
    throw std::system_error(errno, std::generic_category(), sentence);
}

void setFlags(int fd) {
    const int status = ::fcntl(fd, F_GETFL);
    if (status < 0 || ::fcntl(fd, F_SETFL, status | O_NONBLOCK) < 0 ||
        ::fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        fail("cannot make the given netlink socket non-blocking");
}

} // namespace

Socket Socket::open(int protocol) {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        fail("cannot open a netlink socket (is AF_NETLINK allowed to this service?)");
    return Socket(fd);
}

Socket::Socket(int fd) : fd_(fd) {
    setFlags(fd);
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Socket::~Socket() {
    if (fd_ >= 0)
        ::close(fd_);
}

// What these change is the kernel's socket: more than a const Socket should allow.
// NOLINTBEGIN(readability-make-member-function-const)

void Socket::bind(std::uint32_t legacyGroups) {
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = legacyGroups;
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        fail("cannot bind a netlink socket");
}

std::uint32_t Socket::portId() const {
    sockaddr_nl address{};
    socklen_t length = sizeof address;
    if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) < 0)
        fail("cannot read the port id of a netlink socket");
    return address.nl_pid;
}

void Socket::enable(int option, const char* sentence) {
    const int on = 1;
    if (::setsockopt(fd_, SOL_NETLINK, option, &on, sizeof on) < 0)
        fail(sentence);
}

void Socket::reportExtendedAcks() {
    enable(NETLINK_EXT_ACK, "cannot ask netlink for extended acks (NETLINK_EXT_ACK)");
}

void Socket::capAcks() {
    enable(NETLINK_CAP_ACK, "cannot ask netlink for short acks (NETLINK_CAP_ACK)");
}

void Socket::checkStrictly() {
    enable(NETLINK_GET_STRICT_CHK, "cannot ask netlink for strict checks (NETLINK_GET_STRICT_CHK)");
}

void Socket::dontReportOverruns() {
    enable(NETLINK_NO_ENOBUFS, "cannot silence netlink's overruns (NETLINK_NO_ENOBUFS)");
}

void Socket::joinGroup(std::uint32_t group) {
    if (::setsockopt(fd_, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group) == 0)
        return;
    if (errno == EPERM)
        fail("cannot join a netlink multicast group: CAP_NET_ADMIN is needed");
    fail("cannot join a netlink multicast group");
}

std::size_t Socket::forceReceiveBuffer(std::size_t bytes) {
    const int wanted = bytes > static_cast<std::size_t>(std::numeric_limits<int>::max())
                           ? std::numeric_limits<int>::max()
                           : static_cast<int>(bytes);
    if (::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) < 0 &&
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted) < 0)
        fail("cannot set the receive buffer of a netlink socket");
    return receiveBuffer();
}

// NOLINTEND(readability-make-member-function-const)

std::size_t Socket::receiveBuffer() const {
    int granted = 0;
    socklen_t length = sizeof granted;
    if (::getsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &granted, &length) < 0)
        fail("cannot read the receive buffer of a netlink socket");
    return static_cast<std::size_t>(granted);
}

bool Socket::isReadable(std::chrono::milliseconds patience) const {
    pollfd watched{fd_, POLLIN, 0};
    int ready = 0;
    do
        ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

} // namespace subflowd::netlink
