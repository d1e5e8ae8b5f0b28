// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/attributes.hpp"

#include <subflowd/address.hpp>

#include <cstdint>
#include <optional>

namespace subflowd::netlink {

/// The address in an attribute or field of a message of family AF_INET or AF_INET6 (four or sixteen
/// bytes in network byte order; a v4-mapped one becomes IPv4). Nothing for other families and for
/// too few bytes.
[[nodiscard]] std::optional<IpAddress> addressOf(std::uint8_t family, Bytes bytes);

/// 0.0.0.0 or ::, as the family of the message has it.
[[nodiscard]] std::optional<IpAddress> unspecifiedOf(std::uint8_t family);

} // namespace subflowd::netlink
