// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/kernel_endpoint.hpp"

#include <subflowd/reason.hpp>

#include <cstdint>
#include <vector>

namespace subflowd::core {

class LinkTable;

/// What is thought of an endpoint of the in-kernel path manager.
enum class Stance : std::uint8_t {
    none, ///< it goes, if it is the daemon's
    keep, ///< it stays if it is there: nothing new begins there, and what is there goes on
    want,
};

/// Mode=kernel: an address of the host, and what becomes of an endpoint with it.
struct EndpointWish {
    IpAddress address;
    LinkIndex link = noLink;
    Stance stance = Stance::none;
    EndpointFlags flags = EndpointFlags::none;
    const ReasonText* reason = nullptr; ///< why so; never null

    friend bool operator==(const EndpointWish&, const EndpointWish&) = default;
};

/// Links and their roles, as endpoints: one wish for each address of the host, and what is wanted
/// in the order of its worth, because the kernel's table is short: the first address of each link,
/// then the second, regular ones before backups.
///
/// The kernel tries each endpoint on each connection, whatever the routes, and only once. So a link
/// has to have a default route, outside of a VRF, unless somebody gave it a role; and where a link
/// has an address that the kernel uses for its own connections, a privacy address or a global one,
/// others are not put beside it.
std::vector<EndpointWish> endpointWishes(const LinkTable& links, EndpointFlags flags);

} // namespace subflowd::core
