// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "doctor/facts.hpp"

#include <span>
#include <string>

/// Looks at the host: /proc, netlink, inet_diag, the bus, the configuration. Judges nothing.
namespace subflowd::ctl::doctor {

/// The facts of the network namespace of the calling thread. `bus` is where the daemon is looked
/// for. What cannot be found out is left empty; nothing throws for that.
Facts collect(const std::string& bus);

/// The kernel's MPTCP settings (and TCP's that matter to them) by name, as far as it has them.
std::map<std::string, std::string> readSysctls();

/// The kernel's MPTCP counters.
std::map<std::string, std::uint64_t> readCounters();

/// An address of the family that only default routes lead to, from those kept for documentation
/// (RFC 5737, RFC 3849): what to ask the kernel's routing about. Nothing if other routes cover them
/// all.
std::optional<IpAddress> farAddress(std::span<const core::network::Route> routes, Family family);

} // namespace subflowd::ctl::doctor
