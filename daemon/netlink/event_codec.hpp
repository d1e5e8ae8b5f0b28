// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace subflowd::netlink {

/// Why a message gave no event.
enum class DecodeProblem : std::uint8_t {
    none,
    notAnEvent,       ///< a control message of netlink, or too short for a genl header
    unknownEvent,     ///< an event of a newer kernel
    missingAttribute, ///< the event lacks an attribute it cannot be understood without
    malformed,        ///< lengths that do not fit
};

struct Decoded {
    std::optional<core::KernelEvent> event; ///< if and only if `problem` is none
    DecodeProblem problem = DecodeProblem::none;

    friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// Decodes one message of `mptcp_pm_events`, nlmsghdr included; bytes after the message are
/// ignored. Pure, allocates nothing, reads no byte outside `message`. Whether the message is of the
/// right family is for the socket to check.
[[nodiscard]] Decoded decode(std::span<const std::byte> message);

} // namespace subflowd::netlink
