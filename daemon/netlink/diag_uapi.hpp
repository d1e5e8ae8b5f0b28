// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>

/// The numbers of MPTCP in inet_diag, as of Linux 6.18. Own copies: <linux/mptcp.h> cannot be
/// included together with <netinet/in.h>, and grows. The numbers are ABI and never change.
namespace subflowd::netlink::uapi::diag {

/// IPPROTO_MPTCP (include/uapi/linux/in.h): does not fit into inet_diag_req_v2, hence
/// INET_DIAG_REQ_PROTOCOL.
inline constexpr std::uint32_t mptcpProtocol = 262;

/// struct mptcp_info (include/uapi/linux/mptcp.h), of which kernels send as much as they know.
namespace info {
inline constexpr std::size_t flagsOffset = 8;               ///< u32
inline constexpr std::size_t tokenOffset = 12;              ///< u32, host byte order
inline constexpr std::size_t retransmitsOffset = 44;        ///< u32
inline constexpr std::size_t bytesRetransmittedOffset = 48; ///< u64, this and what follows: 6.5
inline constexpr std::size_t bytesSentOffset = 56;          ///< u64
inline constexpr std::size_t bytesReceivedOffset = 64;      ///< u64
inline constexpr std::uint32_t fallback = 1U << 0U;         ///< MPTCP_INFO_FLAG_FALLBACK
} // namespace info

/// MPTCP_SUBFLOW_ATTR_*, in the nest INET_ULP_INFO_MPTCP
namespace subflow_attribute {
inline constexpr std::uint16_t localToken = 2; ///< u32, host byte order
inline constexpr std::uint16_t flags = 8;      ///< u32
inline constexpr std::uint16_t remoteId = 9;   ///< u8
inline constexpr std::uint16_t localId = 10;   ///< u8
} // namespace subflow_attribute

/// MPTCP_SUBFLOW_FLAG_*: MCAP is MP_CAPABLE and JOIN is MP_JOIN; REM was received, LOC was sent.
namespace subflow_flag {
inline constexpr std::uint32_t capableReceived = 1U << 0U;
inline constexpr std::uint32_t capableSent = 1U << 1U;
inline constexpr std::uint32_t joinReceived = 1U << 2U;
inline constexpr std::uint32_t joinSent = 1U << 3U;
inline constexpr std::uint32_t backupAskedByPeer = 1U << 4U;
inline constexpr std::uint32_t backupAskedHere = 1U << 5U;
inline constexpr std::uint32_t fullyEstablished = 1U << 6U;
} // namespace subflow_flag

/// TCP_* of include/net/tcp_states.h: what idiag_state holds, and which bit of idiag_states asks.
namespace state {
inline constexpr std::uint8_t established = 1;
inline constexpr std::uint8_t synSent = 2;
inline constexpr std::uint8_t finWait1 = 4;
inline constexpr std::uint8_t finWait2 = 5;
inline constexpr std::uint8_t closeWait = 8;
inline constexpr std::uint8_t lastAck = 9;
inline constexpr std::uint8_t listen = 10;
inline constexpr std::uint8_t closing = 11;
} // namespace state

} // namespace subflowd::netlink::uapi::diag
