// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/dump_address.hpp"

#include <sys/socket.h>

#include <array>

namespace subflowd::netlink {

std::optional<IpAddress> addressOf(std::uint8_t family, Bytes bytes) {
    if (family == AF_INET) {
        if (const auto four = readAs<std::array<std::uint8_t, 4>>(bytes))
            return IpAddress::v4(*four);
    } else if (family == AF_INET6) {
        if (const auto sixteen = readAs<std::array<std::uint8_t, 16>>(bytes))
            return IpAddress::v6(*sixteen);
    }
    return std::nullopt;
}

std::optional<IpAddress> unspecifiedOf(std::uint8_t family) {
    static constexpr std::array<std::byte, 16> zeros{};
    return addressOf(family, zeros);
}

} // namespace subflowd::netlink
