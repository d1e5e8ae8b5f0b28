// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/network.hpp"
#include "netlink/attributes.hpp"

#include <vector>

namespace subflowd::netlink {

/// RTM_NEWROUTE and RTM_DELROUTE: one value per next hop. Ignored: what is not unicast, the table
/// `local`, cloned entries (RTM_F_CLONED), v4-mapped destinations, and new next hops that are dead
/// (RTNH_F_DEAD).
void decodeRoute(const Message& message, std::vector<core::NetworkChange>& changes);

} // namespace subflowd::netlink
