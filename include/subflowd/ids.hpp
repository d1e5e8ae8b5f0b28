// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace subflowd {

/// The local token of an MPTCP connection (RFC 8684 §3.2; MPTCP_ATTR_TOKEN), in host byte order.
/// Unique in a network namespace while the connection lives; the kernel reuses it afterwards.
enum class Token : std::uint32_t {};

/// An address identifier of one connection (RFC 8684 §3.4.1). 0 is the address of the initial
/// subflow, on each side independently.
enum class AddressId : std::uint8_t {};

/// The address identifier of the initial subflow's address.
inline constexpr AddressId initialAddressId{0};

/// A network interface, as rtnetlink numbers it (ifi_index). 0 means "none" or "not known".
enum class LinkIndex : std::uint32_t {};

/// Stands for "no link".
inline constexpr LinkIndex noLink{0};

/// A path of one connection: the index into ConnectionView::paths. Valid during one plan() only.
enum class PathId : std::uint16_t {};

/// A subflow of one connection: the index into ConnectionView::subflows. Valid during one plan()
/// only.
enum class SubflowId : std::uint16_t {};

/// A local address of the host: the index into HostView::addresses. Valid during one plan() only.
enum class LocalId : std::uint16_t {};

} // namespace subflowd
