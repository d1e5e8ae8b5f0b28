// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>

#include <optional>

namespace subflowd::ndiffports {

/// The path where the connection began. If the peer denies joins to its initial address (the C
/// flag), the one from the same local address to an address that the peer announced: that which
/// has the most subflows, then the first that did not fail.
std::optional<PathId> initialPath(const ConnectionView& connection);

} // namespace subflowd::ndiffports
