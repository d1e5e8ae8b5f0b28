// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/snapshot.hpp"
#include "netlink/attributes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// inet_diag (sock_diag(7)): its rows as values of the core, and the requests for its dumps. Pure
/// functions of bytes; a malformed row adds nothing.
///
/// Which sockets count depends on their state. As seen on Linux 6.18:
/// - A connection the application closed lives on without inode, in FIN_WAIT1, FIN_WAIT2, CLOSING
///   or LAST_ACK, until the peer closes too. Its MPTCP_EVENT_CLOSED is past: the row is left out.
///   In the same states with an inode it is half-closed by shutdown(): the row is kept, as the
///   application still holds it and CLOSED will come.
/// - The subflows of a half-closed connection stay ESTABLISHED on both sides: DATA_FIN closes the
///   connection, not them. So a subflow in FIN_WAIT1, FIN_WAIT2, CLOSING or LAST_ACK was closed by
///   this host, SUB_CLOSED is past, and nothing can be done with it: it is not asked for. In
///   CLOSE_WAIT the peer closed it and SUB_CLOSED will come: it is asked for.
/// - Connections before ESTABLISHED, and those that fell back to TCP (MPTCP_INFO_FLAG_FALLBACK;
///   they have a token nevertheless), are none the daemon can add a subflow to: left out.
namespace subflowd::netlink {

/// What can be dumped, in the order in which it has to be: subflows refer to connections. The IPv6
/// dumps have the v4-mapped sockets too.
enum class DiagDump : std::uint8_t {
    connectionsIpv4,
    connectionsIpv6,
    subflowsIpv4,
    subflowsIpv6,
};

/// Appends what a row says of a connection or a listening socket (dumps of connections).
void decodeConnectionRow(const Message& row, std::vector<core::SnapshotPart>& parts);

/// Whose an MPTCP socket is.
struct SocketOwner {
    Token token{};
    std::uint32_t user = 0; ///< uid, as the user namespace of the daemon numbers it

    friend bool operator==(const SocketOwner&, const SocketOwner&) = default;
};

/// Who owns a connection (dumps of connections); nothing for a listening socket.
[[nodiscard]] std::optional<SocketOwner> decodeOwner(const Message& row);

/// What a row says of a subflow; nothing for a TCP socket without MPTCP.
[[nodiscard]] std::optional<core::snapshot::Subflow> decodeSubflow(const Message& row);

/// Appends what a row says of a subflow (dumps of subflows); TCP sockets without MPTCP add nothing.
void decodeSubflowRow(const Message& row, std::vector<core::SnapshotPart>& parts);

/// The right one of both.
void decodeDiagRow(DiagDump dump, const Message& row, std::vector<core::SnapshotPart>& parts);

/// A request for a dump; nlmsg_seq is 0.
[[nodiscard]] std::vector<std::byte> diagDumpRequest(DiagDump dump);

} // namespace subflowd::netlink
