// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"
#include "netlink/socket.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace subflowd::netlink {

/// What one read of a netlink socket gave.
struct Datagram {
    enum class Status : std::uint8_t {
        received,
        empty,   ///< nothing to read now
        overrun, ///< the kernel had to drop messages (ENOBUFS)
        failed,  ///< see `error`
    };
    Status status = Status::empty;
    Bytes bytes;   ///< lives as long as the buffer; empty if it did not come from the kernel
    int error = 0; ///< a positive errno
};

/// Twice what the kernel puts into one datagram of a dump.
inline constexpr std::size_t datagramBufferSize = 64 * 1024;

/// Reads one datagram. One that does not fit into the buffer counts as an overrun.
[[nodiscard]] Datagram readDatagram(const Socket& socket, std::vector<std::byte>& buffer);

/// A netlink socket that does one dump at a time. A dump the kernel calls inconsistent
/// (NLM_F_DUMP_INTR) is done again by itself, so rows may come more than once.
class DumpSocket {
  public:
    /// A dump that fails so often in a row will not work at the next attempt either.
    static constexpr unsigned mostFailures = 3;

    enum class Progress : std::uint8_t {
        running,  ///< more rows will come
        complete, ///< this was the last row
        failed,   ///< the kernel refused or lost the dump: see error()
        idle,     ///< no dump was started
    };

    /// Opens sockets of a netlink protocol (NETLINK_ROUTE, NETLINK_SOCK_DIAG) in the network
    /// namespace of the calling thread, now and after a failure. Throws std::system_error.
    explicit DumpSocket(int protocol);
    DumpSocket(DumpSocket&& other) noexcept;
    DumpSocket& operator=(DumpSocket&&) = delete;
    ~DumpSocket();

    /// Readable while rows wait; the same descriptor for the life of this object.
    [[nodiscard]] int fd() const { return epoll_; }

    /// Sends a request, whose sequence number is filled in. A dump that runs is abandoned. What
    /// goes wrong is told by the next receive().
    void start(std::vector<std::byte> request);

    /// How the dump stands: `failed` after a start() that nothing to read follows.
    [[nodiscard]] Progress progress() const { return progress_; }

    /// Reads at most one datagram (the kernel makes them 32 KiB at most) and calls
    /// `onRow(const Message&)` for each row.
    template <typename OnRow>
    Progress receive(OnRow&& onRow) {
        if (progress_ != Progress::running)
            return progress_;
        const auto datagram = readDatagram(socket_, buffer_);
        if (datagram.status == Datagram::Status::empty)
            return progress_;
        if (datagram.status != Datagram::Status::received)
            return fail(datagram.error);
        forEachMessage(datagram.bytes, [this, &onRow](const Message& message) {
            if (progress_ == Progress::running && isRow(message))
                onRow(message);
        });
        return progress_;
    }

    /// Why the last dump failed: a positive errno.
    [[nodiscard]] int error() const { return error_; }

    /// How many dumps were done again because they were inconsistent.
    [[nodiscard]] std::uint64_t repeated() const { return repeated_; }

  private:
    void watch() const;
    void renewSocket();
    void send();
    Progress fail(int error);
    bool isRow(const Message& message);
    void end(int status);

    int protocol_;
    Socket socket_;
    int epoll_;
    std::vector<std::byte> buffer_;
    std::vector<std::byte> request_;
    Progress progress_ = Progress::idle;
    bool interrupted_ = false;
    int error_ = 0;
    std::uint32_t sequence_ = 0;
    std::uint64_t repeated_ = 0;
};

} // namespace subflowd::netlink
