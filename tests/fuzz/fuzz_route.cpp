// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace subflowd;

/// Any bytes as a datagram of rtnetlink.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const netlink::Bytes datagram = std::as_bytes(std::span(data, size));
    std::vector<core::NetworkChange> changes;
    netlink::decodeRouteMessages(datagram, changes);
    netlink::forEachMessage(datagram, [](const netlink::Message& message) {
        static_cast<void>(netlink::changesRoutesSilently(message));
    });
    return 0;
}
