// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace subflowd::netlink {

/// An IPv4 address in IPv6 clothes (RFC 4291 §2.5.5.2), in network byte order, as the sockets of
/// dual-stack applications have it (core::AddressForm::mapped).
[[nodiscard]] inline std::array<std::uint8_t, 16> v4Mapped(const IpAddress& address) {
    std::array<std::uint8_t, 16> bytes{};
    bytes[10] = bytes[11] = 0xff;
    std::copy_n(address.bytes().begin(), 4, bytes.begin() + 12);
    return bytes;
}

} // namespace subflowd::netlink
