// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_address.hpp"

#include "netlink/dump_address.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace subflowd::netlink {
namespace {

struct AddressAttributes {
    std::optional<IpAddress> local;   ///< IFA_LOCAL: this side of a point-to-point link
    std::optional<IpAddress> address; ///< IFA_ADDRESS: the peer's, if there is an IFA_LOCAL
    std::uint32_t flags = 0;
};

AddressAttributes readAttributes(const ifaddrmsg& header, Bytes bytes) {
    AddressAttributes found;
    found.flags = header.ifa_flags;
    forEachAttribute(bytes, [&](std::uint16_t type, Bytes value) {
        if (type == IFA_LOCAL)
            found.local = addressOf(header.ifa_family, value);
        else if (type == IFA_ADDRESS)
            found.address = addressOf(header.ifa_family, value);
        else if (type == IFA_FLAGS)
            found.flags = readAs<std::uint32_t>(value).value_or(found.flags);
    });
    return found;
}

bool isTentative(std::uint32_t flags) {
    const bool waits = (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0;
    return waits || (flags & IFA_F_DADFAILED) != 0;
}

/// A v4-mapped address changed its family on the way in.
bool isMapped(std::uint8_t family, const IpAddress& address) {
    return family == AF_INET6 && address.family() == Family::ipv4;
}

} // namespace

void decodeAddress(const Message& message, std::vector<core::NetworkChange>& changes) {
    const auto header = readAs<ifaddrmsg>(message.payload);
    if (!header || header->ifa_index == 0)
        return;
    const auto attributes = readAttributes(*header, after(message.payload, sizeof *header));
    const auto local = attributes.local ? attributes.local : attributes.address;
    if (!local || isMapped(header->ifa_family, *local))
        return;
    const LinkIndex link{header->ifa_index};
    if (message.header.nlmsg_type == RTM_DELADDR) {
        changes.emplace_back(core::network::AddressGone{link, *local});
        return;
    }
    core::network::Address address;
    address.link = link;
    address.address = *local;
    address.prefixLength = header->ifa_prefixlen;
    address.tentative = isTentative(attributes.flags);
    address.deprecated = (attributes.flags & IFA_F_DEPRECATED) != 0;
    address.temporary = header->ifa_family == AF_INET6 && (attributes.flags & IFA_F_TEMPORARY) != 0;
    changes.emplace_back(address);
}

} // namespace subflowd::netlink
