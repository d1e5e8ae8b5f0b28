// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/network.hpp"
#include "netlink/attributes.hpp"

#include <vector>

namespace subflowd::netlink {

/// RTM_NEWLINK and RTM_DELLINK. Ignored: other families (AF_BRIDGE tells of a port of a bridge, and
/// its RTM_DELLINK does not mean that the link is gone) and wireless events (IFLA_WIRELESS), which
/// leave out the master.
void decodeLink(const Message& message, std::vector<core::NetworkChange>& changes);

} // namespace subflowd::netlink
