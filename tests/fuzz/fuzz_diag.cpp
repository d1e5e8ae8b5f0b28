// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_codec.hpp"
#include "netlink/socket_sample.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace subflowd;

/// Any bytes as a datagram of inet_diag, in both dumps.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<core::SnapshotPart> parts;
    netlink::forEachMessage(std::as_bytes(std::span(data, size)),
                            [&parts](const netlink::Message& row) {
                                netlink::decodeConnectionRow(row, parts);
                                netlink::decodeSubflowRow(row, parts);
                                (void)netlink::decodeConnectionSample(row);
                                (void)netlink::decodeSubflowSample(row);
                            });
    return 0;
}
