// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>

#include <chrono>
#include <string>

/// How JSON and subflowctl write tokens, times and announced addresses.
namespace subflowd::dbus {

using WallTime = std::chrono::system_clock::time_point;

/// "0x1234abcd": always eight digits.
std::string tokenText(Token token);

/// "2026-01-31T23:59:59.000001Z" (RFC 3339), UTC, microseconds.
std::string utcText(WallTime time);

/// "10.0.0.1:443"; without a port ("10.0.0.1") where it is 0.
std::string endpointText(const Endpoint& endpoint);

} // namespace subflowd::dbus
