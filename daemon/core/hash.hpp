// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/flat_index.hpp"

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>

#include <cstdint>
#include <cstring>

namespace subflowd::core {

inline std::uint64_t hashOf(Token token) {
    return mix(static_cast<std::uint64_t>(token));
}

inline std::uint64_t hashOf(const IpAddress& address) {
    std::uint64_t halves[2];
    std::memcpy(halves, address.bytes().data(), sizeof halves);
    return mix(halves[0] ^ mix(halves[1] + static_cast<std::uint64_t>(address.family())));
}

inline std::uint64_t hashOf(const Endpoint& endpoint) {
    return mix(hashOf(endpoint.address) + endpoint.port);
}

} // namespace subflowd::core
