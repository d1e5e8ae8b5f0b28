// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/owner_dump.hpp"

namespace subflowd::netlink {

OwnerDump::OwnerDump() : dump_(DiagDump::connectionsIpv4, DiagDump::connectionsIpv6) {}

OwnerDump::Part OwnerDump::receive(std::vector<SocketOwner>& owners) {
    return dump_.receive([&owners](const Message& row) {
        if (const auto owner = decodeOwner(row))
            owners.push_back(*owner);
    });
}

} // namespace subflowd::netlink
