// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"
#include "netlink/socket.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace subflowd::netlink {

/// Questions whose answer is waited for: for programs that look and end, never for the daemon's
/// loop. The kernel answers while it takes the question.
class Inquiry {
  public:
    /// Of a netlink protocol, in the network namespace of the calling thread. Throws
    /// std::system_error.
    explicit Inquiry(int protocol);

    /// Sends a request and calls `onMessage` for each message of the answer but its end. Returns 0,
    /// or the positive errno that the kernel or the socket answered with; ETIMEDOUT after a second
    /// without an answer. The request is to ask for an ack (NLM_F_ACK) or a dump.
    int ask(std::vector<std::byte> request, const std::function<void(const Message&)>& onMessage);

  private:
    Socket socket_;
    std::vector<std::byte> buffer_;
    std::uint32_t sequence_ = 0;
};

} // namespace subflowd::netlink
