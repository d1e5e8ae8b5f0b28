// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/settings.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace subflowd::announce {

/// One word of Addresses=: what is announced.
struct Item {
    enum class Kind : std::uint8_t { address, links, automatic };

    Kind kind = Kind::automatic;
    IpAddress address;       ///< with Kind::address
    std::string links = "*"; ///< with Kind::links: a pattern of names
    std::uint16_t port = 0;  ///< 0: the connection's own

    friend bool operator==(const Item&, const Item&) = default;
};

/// Reads Addresses=. Throws SettingsError.
std::vector<Item> readItems(const Settings& given);

} // namespace subflowd::announce
