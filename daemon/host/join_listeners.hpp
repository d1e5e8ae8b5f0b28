// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/listener.hpp"
#include "host/file_descriptor.hpp"

#include <subflowd/address.hpp>

#include <cstdint>
#include <vector>

namespace subflowd::host {

/// Listening MPTCP sockets for addresses that are announced with a port. The kernel takes the
/// joins of peers there by itself; they never reach accept(). Whoever else connects is accepted
/// and reset at once: left alone, strangers would fill the queue, and the kernel would refuse
/// joins (K31).
class JoinListeners {
  public:
    struct Counters {
        std::uint64_t strangers = 0; ///< connections that were accepted and reset
        std::uint64_t failures = 0;  ///< of accept(2), other than of a stranger who left

        friend bool operator==(const Counters&, const Counters&) = default;
    };

    /// Throws std::system_error.
    JoinListeners();

    /// Listens at exactly this address and port (K20), on any link and even before the address is
    /// there. Where something else listens there, or at the port of every address: EADDRINUSE.
    [[nodiscard]] core::ListenerOpened open(const Endpoint& local);

    /// Ends listening; nothing if there is no such listener. Subflows that came in through it stay.
    void close(const Endpoint& local);

    /// What to watch for input, all the time: the same descriptor whatever is opened and closed.
    [[nodiscard]] int fd() const { return epoll_.number(); }

    /// Resets who waits, up to a bounded number: the descriptor stays readable while there are
    /// more. To be called when fd() is readable.
    void serve();

    [[nodiscard]] const Counters& counters() const { return counters_; }

  private:
    struct Listener {
        Endpoint local;
        FileDescriptor socket;
    };

    int watch(int socket, int operation) const;
    void serve(int socket);
    int resetOne(int socket);

    FileDescriptor epoll_;
    FileDescriptor reserve_; ///< given up where no other descriptor is to be had
    std::vector<Listener> listeners_;
    Counters counters_;
};

} // namespace subflowd::host
