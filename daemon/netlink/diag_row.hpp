// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"
#include "netlink/attributes.hpp"

#include <linux/inet_diag.h>

#include <optional>

namespace subflowd::netlink {

/// What every row of inet_diag has.
struct DiagRow {
    inet_diag_msg header{};
    core::FourTuple tuple;
    Bytes attributes;
};

/// A row; nothing if it is of another type or family, or too short.
[[nodiscard]] std::optional<DiagRow> diagRow(const Message& message);

} // namespace subflowd::netlink
