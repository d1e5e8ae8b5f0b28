// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>

#include <cstdint>

/// Listening sockets of the daemon's own, for addresses that are announced with a port: the kernel
/// lets a peer join there only where a socket listens at exactly that address and port (K20).
namespace subflowd::core {

/// What the core wants of a listener. Opening ends in one ListenerOpened; closing in nothing, and
/// the subflows that came in through it stay.
struct ListenerRequest {
    enum class Action : std::uint8_t { open, close };
    Action action = Action::open;
    Endpoint local;

    friend bool operator==(const ListenerRequest&, const ListenerRequest&) = default;
};

/// What became of a request to open one.
struct ListenerOpened {
    Endpoint local;
    int error = 0; ///< errno of socket(2), bind(2) or listen(2), positive; 0: it listens

    friend bool operator==(const ListenerOpened&, const ListenerOpened&) = default;
};

} // namespace subflowd::core
