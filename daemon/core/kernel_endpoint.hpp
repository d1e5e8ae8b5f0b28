// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// What the in-kernel path manager has to go by (`ip mptcp endpoint`, `ip mptcp limits`).
namespace subflowd::core {

/// What an endpoint is for, several at once: MPTCP_PM_ADDR_FLAG_*, with the kernel's numbers.
enum class EndpointFlags : std::uint32_t {
    none = 0,
    signal = 1,    ///< announced to peers
    subflow = 2,   ///< subflows begin there
    backup = 4,    ///< as backup subflows
    fullmesh = 8,  ///< to every address that a peer announces
    implicit = 16, ///< made by the kernel itself, for a subflow that a peer opened
    laminar = 32,  ///< to one address that a peer announces (Linux 6.18)
};

constexpr EndpointFlags operator|(EndpointFlags a, EndpointFlags b) {
    return static_cast<EndpointFlags>(static_cast<std::uint32_t>(a) |
                                      static_cast<std::uint32_t>(b));
}

constexpr EndpointFlags operator&(EndpointFlags a, EndpointFlags b) {
    return static_cast<EndpointFlags>(static_cast<std::uint32_t>(a) &
                                      static_cast<std::uint32_t>(b));
}

/// What only one of them has.
constexpr EndpointFlags operator^(EndpointFlags a, EndpointFlags b) {
    return static_cast<EndpointFlags>(static_cast<std::uint32_t>(a) ^
                                      static_cast<std::uint32_t>(b));
}

/// The flags that `ip mptcp endpoint` has words for.
struct EndpointFlagName {
    std::string_view word;
    EndpointFlags flag;
};

inline constexpr std::array<EndpointFlagName, 6> endpointFlagNames{
    {{"signal", EndpointFlags::signal},
     {"subflow", EndpointFlags::subflow},
     {"backup", EndpointFlags::backup},
     {"fullmesh", EndpointFlags::fullmesh},
     {"implicit", EndpointFlags::implicit},
     {"laminar", EndpointFlags::laminar}}};

/// "subflow backup"
std::string toString(EndpointFlags flags);

/// Whether there is at least one of the flags in question.
constexpr bool hasAny(EndpointFlags all, EndpointFlags asked) {
    return (all & asked) != EndpointFlags::none;
}

/// An endpoint of the in-kernel path manager.
struct KernelEndpoint {
    Endpoint endpoint; ///< port 0: the connection's own
    AddressId id{};
    EndpointFlags flags = EndpointFlags::none;
    LinkIndex link = noLink; ///< noLink: any

    friend bool operator==(const KernelEndpoint&, const KernelEndpoint&) = default;
};

/// What the in-kernel path manager is limited to, for each connection.
struct KernelLimits {
    std::uint32_t subflows = 0;          ///< beyond the initial one
    std::uint32_t acceptedAddresses = 0; ///< announced by the peer and joined

    friend bool operator==(const KernelLimits&, const KernelLimits&) = default;
};

} // namespace subflowd::core
