// SPDX-License-Identifier: BSD-3-Clause
// Reads any bytes as the answers to commands: acks, entries of GET_ADDR, sockets of inet_diag.
#include "netlink/ack_codec.hpp"
#include "netlink/query_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace netlink = subflowd::netlink;
    using subflowd::core::Refusal;
    netlink::forEachMessage(
        std::as_bytes(std::span(data, size)), [](const netlink::Message& message) {
            const auto ack = netlink::decodeAck(message);
            const auto known = netlink::decodeKnownId(message);
            const auto socket = netlink::decodeSocket(message);
            if (ack && (known || socket))
                std::abort();
            if (!ack)
                return;
            const auto end = netlink::finished(*ack);
            if (end.error < 0 || (end.error == 0) != (end.refusal == Refusal::none))
                std::abort();
        });
    return 0;
}
