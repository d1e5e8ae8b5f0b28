// SPDX-License-Identifier: BSD-3-Clause
// Reads any bytes as a message of mptcp_pm_events.
#include "netlink/event_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace netlink = subflowd::netlink;
    const auto message = std::as_bytes(std::span(data, size));
    const auto decoded = netlink::decode(message);
    if (decoded.event.has_value() != (decoded.problem == netlink::DecodeProblem::none))
        std::abort();
    if (decoded != netlink::decode(message))
        std::abort();
    return 0;
}
