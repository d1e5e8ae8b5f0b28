// SPDX-License-Identifier: BSD-3-Clause
#include "host/instance_lock.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace subflowd::host {

namespace {

struct AbstractName {
    sockaddr_un address{};
    socklen_t size = 0;
};

AbstractName abstractName(std::string_view name) {
    AbstractName result;
    result.address.sun_family = AF_UNIX;
    const auto length = std::min(name.size(), sizeof result.address.sun_path - 1);
    std::copy_n(name.data(), length, result.address.sun_path + 1);
    result.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    return result;
}

FileDescriptor unixSocket() {
    FileDescriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!made.isOpen())
        throw std::system_error(errno, std::generic_category(),
                                "The lock of this network namespace cannot be made: unix sockets "
                                "are not available");
    return made;
}

const sockaddr* generic(const AbstractName& name) {
    return reinterpret_cast<const sockaddr*>(&name.address);
}

/// Who listens under a name; nothing if nobody listens.
std::optional<ucred> listenerOf(const AbstractName& name) {
    const auto asking = unixSocket();
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::connect(asking.number(), generic(name), name.size) != 0 ||
        ::getsockopt(asking.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return std::nullopt;
    return peer;
}

} // namespace

InstanceLock::InstanceLock(std::string_view name) : socket_(unixSocket()) {
    const auto address = abstractName(name);
    if (::bind(socket_.number(), generic(address), address.size) == 0 &&
        ::listen(socket_.number(), 1) == 0)
        return;
    if (errno != EADDRINUSE)
        throw std::system_error(errno, std::generic_category(),
                                "The lock of this network namespace cannot be taken");
    const auto holder = listenerOf(address);
    if (holder && (holder->uid == 0 || holder->uid == ::geteuid()))
        throw std::runtime_error("Another subflowd, process " + std::to_string(holder->pid) +
                                 ", runs in this network namespace: stop it first.");
    warning_ = "The abstract socket name \"" + std::string{name} + "\" is taken by " +
               (holder ? "process " + std::to_string(holder->pid) + " of user " +
                             std::to_string(holder->uid)
                       : std::string{"a process that does not answer"}) +
               ", which is no subflowd: it is not known whether another one runs in this network "
               "namespace.";
}

} // namespace subflowd::host
