// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/notation.hpp"
#include "model.hpp"
#include "netlink/host_queries.hpp"
#include "table.hpp"

#include <optional>
#include <string>
#include <vector>

/// `show`: a connection, and what the kernel measured of it.
namespace subflowd::ctl {

struct Measured {
    Connection connection;
    std::vector<std::optional<netlink::TcpSample>> subflows; ///< one for each of the connection's
    std::optional<netlink::ConnectionSample> total;

    friend bool operator==(const Measured&, const Measured&) = default;
};

/// Finds a connection's samples among all: its own by the token, those of subflows by addresses
/// and ports. What is not among them is left empty: subflowctl may run in another network namespace
/// than the daemon.
Measured measured(Connection connection, const netlink::SocketSamples& samples);

std::string measuredText(const Measured& measured, Colouring colouring);
std::string measuredJson(const Measured& measured, dbus::WallTime now);

} // namespace subflowd::ctl
