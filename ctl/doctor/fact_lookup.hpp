// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "doctor/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What several checks ask of the facts.
namespace subflowd::ctl::doctor {

/// A sysctl as a number; nothing if the kernel does not have it.
std::optional<std::uint64_t> numberOf(const Facts& facts, const std::string& sysctl);

/// A counter of the kernel; 0 if the kernel does not have it.
std::uint64_t counter(const Facts& facts, const std::string& name);

/// Which path manager new connections get: "kernel", "userspace" or another; empty: not known.
std::string pathManagerOf(const Facts& facts);

/// Whether a daemon is there that decides about new connections.
bool daemonDecides(const Facts& facts);

/// Whether the daemon keeps endpoints for the in-kernel path manager (Mode=kernel).
bool keepsEndpoints(const Facts& facts);

/// Whether the in-kernel path manager has an endpoint with one of the flags.
bool hasEndpoint(const Facts& facts, core::EndpointFlags flags);

/// The name of a link of the facts; "link 7" for another.
std::string linkName(const Facts& facts, LinkIndex link);

/// Whether new subflows may leave through the link as far as the link itself goes: it is up, no
/// role or kind excludes it, and it has an address that is worth a subflow.
bool isCandidate(const Link& link);

/// Whether a default route of the family leaves through the link, in whatever table.
bool hasDefaultRoute(const Facts& facts, LinkIndex link, Family family);

} // namespace subflowd::ctl::doctor
