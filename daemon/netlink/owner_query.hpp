// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/socket.hpp"

#include <subflowd/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace subflowd::netlink {

/// Asks inet_diag who owns one MPTCP socket. Nothing is waited for: the kernel answers while it
/// takes the question. Needs no privilege.
class OwnerQuery {
  public:
    /// In the network namespace of the calling thread. Throws std::system_error.
    OwnerQuery();

    /// The uid of the socket with a token. Nothing: there is no such socket, or the kernel does not
    /// tell.
    [[nodiscard]] std::optional<std::uint32_t> ownerOf(Token token);

  private:
    Socket socket_;
    std::vector<std::byte> buffer_;
    std::uint32_t sequence_ = 0;
};

} // namespace subflowd::netlink
