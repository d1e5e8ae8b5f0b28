// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace subflowd::netlink {

/// The number of a generic-netlink family: the nlmsg_type of its messages. Differs between hosts.
enum class FamilyId : std::uint16_t {};

/// The number of a multicast group of generic netlink. Differs between hosts.
enum class GroupId : std::uint32_t {};

} // namespace subflowd::netlink
