// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/network.hpp"
#include "netlink/attributes.hpp"

#include <vector>

namespace subflowd::netlink {

/// RTM_NEWADDR and RTM_DELADDR. Ignored: v4-mapped IPv6 addresses, which no packet can carry.
void decodeAddress(const Message& message, std::vector<core::NetworkChange>& changes);

} // namespace subflowd::netlink
