// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>

namespace subflowd::reestablish {

/// Whether a subflow can be had on a path: it leaves the host, and leads to the initial address or
/// to one that the peer announces.
bool canBeJoined(const ConnectionView& connection, const PathView& path);

/// When an attempt or a subflow failed on a path that is broken, or lacks a subflow.
Instant failedAt(const PathView& path);

/// Whether the peer repeated its announcement after the path failed: it asks for another attempt
/// (RFC 8684 §3.4.1), and the daemon makes it.
bool isInvited(const ConnectionView& connection, const PathView& path);

/// Whether the peer took a subflow, and nobody is ending it.
bool isEstablished(const SubflowView& subflow);

} // namespace subflowd::reestablish
