// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/endpoint_wishes.hpp"
#include "core/kernel_endpoint.hpp"

#include <subflowd/reason.hpp>

#include <cstdint>
#include <span>
#include <vector>

/// Mode=kernel: how the endpoints that exist become those that are wished for, without touching
/// what somebody else made.
namespace subflowd::core {

struct EndpointChange {
    enum class Kind : std::uint8_t { add, setFlags, remove };

    Kind kind = Kind::add;
    KernelEndpoint endpoint; ///< as it is to be; as it was, where it is removed
    const ReasonText* reason = nullptr;

    friend bool operator==(const EndpointChange&, const EndpointChange&) = default;
};

/// Those of `ours` that still exist, with the ids they have. Without an id (0) any one with the
/// address and the link is meant: it was made, and then nobody looked. Their flags are those that
/// were asked for: a kernel that does not know one leaves it out.
std::vector<KernelEndpoint> stillOurs(std::span<const KernelEndpoint> ours,
                                      std::span<const KernelEndpoint> existing);

/// What somebody else made with the address of a wish; null if nobody did. What the kernel made by
/// itself is in nobody's way.
const KernelEndpoint* foreignFor(const EndpointWish& wish, std::span<const KernelEndpoint> existing,
                                 std::span<const KernelEndpoint> ours);

/// What is to be done, in the order that keeps data flowing: flags are set, which closes no
/// subflow; then what is new is added; then the rest is removed, which closes its subflows.
///
/// A wish that is `settled`, the same as when it was seen to last, is not seen to again: what
/// somebody did to its endpoint meanwhile stays, and nobody is fought with.
std::vector<EndpointChange> endpointChanges(std::span<const EndpointWish> wishes,
                                            std::span<const EndpointWish> settled,
                                            std::span<const KernelEndpoint> existing,
                                            std::span<const KernelEndpoint> ours);

} // namespace subflowd::core
