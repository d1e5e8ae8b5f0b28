// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

/// The numbers of the generic-netlink family "mptcp_pm", as of Linux 6.18. Own copies: the header
/// of Debian 12 (Linux 6.1) lacks the listener events, the flags of events and more. The numbers
/// are ABI and never change; kernels that lack one do not send it.
namespace subflowd::netlink::uapi {

// include/uapi/linux/mptcp.h
inline constexpr const char* familyName = "mptcp_pm";
inline constexpr const char* eventsGroupName = "mptcp_pm_events";
inline constexpr std::uint8_t familyVersion = 1;

/// enum mptcp_event_type (include/uapi/linux/mptcp_pm.h; the listener events since 6.2)
namespace event {
inline constexpr std::uint8_t created = 1;
inline constexpr std::uint8_t established = 2;
inline constexpr std::uint8_t closed = 3;
inline constexpr std::uint8_t announced = 6;
inline constexpr std::uint8_t removed = 7;
inline constexpr std::uint8_t subflowEstablished = 10;
inline constexpr std::uint8_t subflowClosed = 11;
inline constexpr std::uint8_t subflowPriority = 13;
inline constexpr std::uint8_t listenerCreated = 15;
inline constexpr std::uint8_t listenerClosed = 16;
} // namespace event

/// MPTCP_ATTR_*, the attributes of events (include/uapi/linux/mptcp_pm.h)
namespace event_attribute {
inline constexpr std::uint16_t token = 1;            ///< u32, host byte order
inline constexpr std::uint16_t family = 2;           ///< u16, host byte order
inline constexpr std::uint16_t localId = 3;          ///< u8
inline constexpr std::uint16_t remoteId = 4;         ///< u8
inline constexpr std::uint16_t source4 = 5;          ///< 4 bytes: the local address
inline constexpr std::uint16_t source6 = 6;          ///< 16 bytes
inline constexpr std::uint16_t destination4 = 7;     ///< 4 bytes: the remote address
inline constexpr std::uint16_t destination6 = 8;     ///< 16 bytes
inline constexpr std::uint16_t sourcePort = 9;       ///< u16, network byte order
inline constexpr std::uint16_t destinationPort = 10; ///< u16, network byte order
inline constexpr std::uint16_t backup = 11;          ///< u8: what the peer asked for
inline constexpr std::uint16_t error = 12;           ///< u8, errno
inline constexpr std::uint16_t flags = 13;           ///< u16, absent if 0 (since 6.17)
inline constexpr std::uint16_t interfaceIndex = 15;  ///< s32, only if the socket is bound
inline constexpr std::uint16_t resetReason = 16;     ///< u32
inline constexpr std::uint16_t resetFlags = 17;      ///< u32
inline constexpr std::uint16_t serverSide = 18;      ///< u8, since 6.18 only if 1
inline constexpr std::uint16_t last = serverSide;
} // namespace event_attribute

/// MPTCP_PM_EV_FLAG_* (include/uapi/linux/mptcp.h, 6.17 and 6.18)
namespace event_flag {
inline constexpr std::uint16_t denyJoinId0 = 1;
inline constexpr std::uint16_t serverSide = 2;
} // namespace event_flag

/// The T bit of MP_TCPRST in MPTCP_ATTR_RESET_FLAGS (MPTCP_RST_TRANSIENT, net/mptcp/protocol.h)
inline constexpr std::uint32_t resetTransient = 1;

/// MPTCP_PM_CMD_* (include/uapi/linux/mptcp_pm.h)
namespace command {
inline constexpr std::uint8_t addAddress = 1;
inline constexpr std::uint8_t removeAddress = 2; ///< MPTCP_PM_CMD_DEL_ADDR
inline constexpr std::uint8_t getAddress = 3;
inline constexpr std::uint8_t setLimits = 5;
inline constexpr std::uint8_t getLimits = 6;
inline constexpr std::uint8_t setFlags = 7;
inline constexpr std::uint8_t announce = 8;
inline constexpr std::uint8_t remove = 9;
inline constexpr std::uint8_t subflowCreate = 10;
inline constexpr std::uint8_t subflowDestroy = 11;
} // namespace command

/// MPTCP_PM_ATTR_*, the attributes of commands (include/uapi/linux/mptcp_pm.h)
namespace command_attribute {
inline constexpr std::uint16_t address = 1;           ///< nest
inline constexpr std::uint16_t acceptedAddresses = 2; ///< u32 (MPTCP_PM_ATTR_RCV_ADD_ADDRS)
inline constexpr std::uint16_t subflows = 3;          ///< u32
inline constexpr std::uint16_t token = 4;             ///< u32, host byte order
inline constexpr std::uint16_t localId = 5;           ///< u8
inline constexpr std::uint16_t remote = 6;            ///< nest (MPTCP_PM_ATTR_ADDR_REMOTE)
} // namespace command_attribute

/// MPTCP_PM_ADDR_ATTR_*, in the nests of commands (include/uapi/linux/mptcp.h)
namespace address_attribute {
inline constexpr std::uint16_t family = 1;         ///< u16
inline constexpr std::uint16_t id = 2;             ///< u8
inline constexpr std::uint16_t address4 = 3;       ///< 4 bytes
inline constexpr std::uint16_t address6 = 4;       ///< 16 bytes
inline constexpr std::uint16_t port = 5;           ///< u16, HOST byte order, unlike events
inline constexpr std::uint16_t flags = 6;          ///< u32
inline constexpr std::uint16_t interfaceIndex = 7; ///< s32
} // namespace address_attribute

/// MPTCP_PM_ADDR_FLAG_* (include/uapi/linux/mptcp.h)
namespace address_flag {
inline constexpr std::uint32_t signal = 1;
inline constexpr std::uint32_t subflow = 2;
inline constexpr std::uint32_t backup = 4;
inline constexpr std::uint32_t fullmesh = 8;
inline constexpr std::uint32_t implicit = 16;
inline constexpr std::uint32_t laminar = 32;
} // namespace address_flag

} // namespace subflowd::netlink::uapi
