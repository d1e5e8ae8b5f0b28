// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace subflowd::netlink {

/// A non-blocking, close-on-exec AF_NETLINK socket. Owns its descriptor; movable.
/// Everything that fails at start-up throws std::system_error with a sentence that names the step.
class Socket {
  public:
    /// Opens a socket of a netlink protocol (NETLINK_GENERIC, NETLINK_ROUTE, NETLINK_SOCK_DIAG)
    /// in the network namespace of the calling thread. Throws std::system_error.
    [[nodiscard]] static Socket open(int protocol);

    /// Takes over an open descriptor and makes it non-blocking and close-on-exec.
    explicit Socket(int fd);
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    /// Lets the kernel choose the port id, with legacy multicast groups (a bit mask, RTMGRP_*).
    void bind(std::uint32_t legacyGroups = 0);
    /// The port id the kernel gave at bind(); 0 before.
    [[nodiscard]] std::uint32_t portId() const;

    /// SOL_NETLINK options; each throws std::system_error if the kernel refuses.
    void reportExtendedAcks(); ///< NETLINK_EXT_ACK
    void capAcks();            ///< NETLINK_CAP_ACK: acks without the payload of the request
    void checkStrictly();      ///< NETLINK_GET_STRICT_CHK: dumps filter by their request
    void dontReportOverruns(); ///< NETLINK_NO_ENOBUFS
    void joinGroup(std::uint32_t group); ///< NETLINK_ADD_MEMBERSHIP

    /// Asks for a receive buffer of `bytes` (as the kernel accounts, that is without its doubling):
    /// SO_RCVBUFFORCE, or SO_RCVBUF where CAP_NET_ADMIN does not reach. Returns the bytes granted,
    /// in the kernel's own (doubled) account.
    std::size_t forceReceiveBuffer(std::size_t bytes);
    [[nodiscard]] std::size_t receiveBuffer() const;

    /// Whether there is something to read, or comes within that time.
    [[nodiscard]] bool isReadable(std::chrono::milliseconds patience = {}) const;

    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    void enable(int option, const char* sentence);

    int fd_ = -1;
};

} // namespace subflowd::netlink
