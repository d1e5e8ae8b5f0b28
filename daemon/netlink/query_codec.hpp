// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "netlink/attributes.hpp"

#include <linux/inet_diag.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Questions to inet_diag about one socket, and the end of one (NETLINK_SOCK_DIAG).
namespace subflowd::netlink {

/// No request of this header takes more bytes. Their buffers have at least as many, aligned to
/// four bytes; each function returns the length of the message it wrote.
inline constexpr std::size_t maxQueryBytes = 96;

/// What inet_diag knows about a socket.
struct FoundSocket {
    core::CommandId id{};        ///< of the request
    std::uint8_t family = 0;     ///< AF_INET or AF_INET6
    std::uint8_t state = 0;      ///< TCP_ESTABLISHED and so on
    inet_diag_sockid identity{}; ///< names the socket, its cookie and bound device included
    core::FourTuple tuple;
    ConnectionFacts facts;
};

/// Asks for the MPTCP socket with a token: answered by a FoundSocket, or an Ack (ENOENT).
[[nodiscard]] std::size_t encodeFactsQuery(core::CommandId id, Token token,
                                           std::span<std::byte> buffer);

/// Asks for the TCP socket of a subflow. The kernel answers with a listening socket if the subflow
/// is gone and something listens on its local port: isSubflow() tells.
[[nodiscard]] std::size_t encodeLookup(core::CommandId id, const core::command::ResetSubflow& reset,
                                       std::span<std::byte> buffer);

/// AF_INET or AF_INET6, as the socket of a join is.
[[nodiscard]] std::uint8_t familyOf(const core::command::CancelJoin& join);

/// Asks for all TCP sockets of a family that are in SYN-SENT, with what a subflow's row has
/// (diag_codec.hpp): answered by rows, and an Ack.
[[nodiscard]] std::size_t encodeJoinDump(core::CommandId id, std::uint8_t family,
                                         std::span<std::byte> buffer);

/// Resets the TCP socket that a lookup found, and no other that came after it: by its cookie.
[[nodiscard]] std::size_t encodeDestroy(const FoundSocket& socket, std::span<std::byte> buffer);

/// Nothing if the message is none of inet_diag's.
[[nodiscard]] std::optional<FoundSocket> decodeSocket(const Message& message);

/// Whether the socket is the living subflow that a lookup asked for.
[[nodiscard]] bool isSubflow(const FoundSocket& socket, const core::FourTuple& tuple);

} // namespace subflowd::netlink
