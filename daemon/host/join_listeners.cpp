// SPDX-License-Identifier: BSD-3-Clause
#include "host/join_listeners.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace subflowd::host {

namespace {

/// include/uapi/linux/in.h; missing from older libcs
constexpr int protocolMptcp = 262;

constexpr int backlog = 1024;

/// Strangers who are reset in a turn: some 0.5 ms.
constexpr int mostAccepted = 64;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

template <class Address>
SocketAddress wrap(const Address& address) {
    SocketAddress wrapped;
    std::memcpy(&wrapped.storage, &address, sizeof address);
    wrapped.length = sizeof address;
    return wrapped;
}

SocketAddress socketAddress(const Endpoint& endpoint) {
    const auto* bytes = endpoint.address.bytes().data();
    if (endpoint.address.family() == Family::ipv4) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        std::memcpy(&address.sin_addr, bytes, sizeof address.sin_addr);
        return wrap(address);
    }
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(endpoint.port);
    std::memcpy(&address.sin6_addr, bytes, sizeof address.sin6_addr);
    return wrap(address);
}

/// Where the kernel refuses an option, bind(2) tells whether it was needed.
void enable(const FileDescriptor& socket, int level, int option) {
    const int on = 1;
    ::setsockopt(socket.number(), level, option, &on, sizeof on);
}

/// 0 or errno.
int listenAt(const FileDescriptor& socket, const Endpoint& local) {
    enable(socket, SOL_SOCKET, SO_REUSEADDR);
    if (local.address.family() == Family::ipv4) {
        enable(socket, IPPROTO_IP, IP_FREEBIND);
    } else {
        enable(socket, IPPROTO_IPV6, IPV6_FREEBIND);
        enable(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    }
    const auto address = socketAddress(local);
    if (::bind(socket.number(), address.get(), address.length) < 0 ||
        ::listen(socket.number(), backlog) < 0)
        return errno;
    return 0;
}

/// Accepts a connection and closes it so that the peer gets a reset and nothing of it stays. 0 or
/// errno.
int acceptAndReset(int socket) {
    const FileDescriptor connection{
        ::accept4(socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!connection.isOpen())
        return errno;
    const linger atOnce{1, 0};
    ::setsockopt(connection.number(), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    return 0;
}

FileDescriptor makeEpoll() {
    FileDescriptor made{::epoll_create1(EPOLL_CLOEXEC)};
    if (!made.isOpen())
        throw std::system_error(errno, std::generic_category(),
                                "cannot create a descriptor for the listeners of joins");
    return made;
}

} // namespace

JoinListeners::JoinListeners() : epoll_(makeEpoll()), reserve_(makeEpoll()) {}

core::ListenerOpened JoinListeners::open(const Endpoint& local) {
    if (std::ranges::find(listeners_, local, &Listener::local) != listeners_.end())
        return {local, 0};
    const int family = local.address.family() == Family::ipv4 ? AF_INET : AF_INET6;
    FileDescriptor socket{
        ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocolMptcp)};
    if (!socket.isOpen())
        return {local, errno};
    auto error = listenAt(socket, local);
    if (error == 0)
        error = watch(socket.number(), EPOLL_CTL_ADD);
    if (error == 0)
        listeners_.push_back({local, std::move(socket)});
    return {local, error};
}

void JoinListeners::close(const Endpoint& local) {
    std::erase_if(listeners_, [&](const Listener& listener) { return listener.local == local; });
}

/// 0 or errno. Edge-triggered: where accept() fails for lack of something, level-triggered
/// readiness would have the loop spin; so the next stranger brings the next attempt.
int JoinListeners::watch(int socket, int operation) const {
    epoll_event interest{EPOLLIN | EPOLLET, {.fd = socket}};
    return ::epoll_ctl(epoll_.number(), operation, socket, &interest) < 0 ? errno : 0;
}

void JoinListeners::serve() {
    epoll_event ready{};
    if (::epoll_wait(epoll_.number(), &ready, 1, 0) == 1) // one after the other
        serve(ready.data.fd);
}

void JoinListeners::serve(int socket) {
    for (int i = 0; i < mostAccepted; ++i) {
        const int error = resetOne(socket);
        if (error == 0) {
            ++counters_.strangers;
        } else if (error == EAGAIN) {
            return;
        } else if (error != ECONNABORTED && error != EINTR) {
            ++counters_.failures;
            return;
        }
    }
    watch(socket, EPOLL_CTL_MOD); // there may be more: another edge
}

/// 0 or errno.
int JoinListeners::resetOne(int socket) {
    int error = acceptAndReset(socket);
    if (error == EMFILE || error == ENFILE) {
        reserve_ = FileDescriptor{};
        error = acceptAndReset(socket);
        reserve_ = FileDescriptor{::epoll_create1(EPOLL_CLOEXEC)};
    }
    return error;
}

} // namespace subflowd::host
