// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "netlink/family.hpp"

#include <cstddef>
#include <span>

namespace subflowd::netlink {

/// No command of mptcp_pm takes more bytes.
inline constexpr std::size_t maxCommandBytes = 192;

/// Writes a command of mptcp_pm as one netlink message, its id as the sequence number, and returns
/// its length. `buffer` is aligned to four bytes. Returns 0 if the buffer has less than
/// maxCommandBytes, or for ResetSubflow, CancelJoin and AskFacts, which are not of this family
/// (query_codec.hpp). Allocates nothing.
[[nodiscard]] std::size_t encode(FamilyId family, const core::IssuedCommand& issued,
                                 std::span<std::byte> buffer);

} // namespace subflowd::netlink
