// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/kernel_endpoint.hpp"
#include "netlink/control_socket.hpp"
#include "netlink/family.hpp"

#include <subflowd/policy.hpp>

#include <vector>

/// The endpoints and limits of the in-kernel path manager, in the network namespace of the calling
/// thread. The kernel is waited for, and reports no change of them. Looking takes no privilege,
/// changing takes CAP_NET_ADMIN.
namespace subflowd::netlink {

/// All endpoints. Throws std::runtime_error.
[[nodiscard]] std::vector<core::KernelEndpoint> kernelEndpoints(FamilyId family);

/// Those that are to be announced. Throws std::runtime_error.
[[nodiscard]] std::vector<SignalEndpoint> signalEndpoints(FamilyId family);

/// Throws std::runtime_error.
[[nodiscard]] core::KernelLimits kernelLimits(FamilyId family);

/// Adds an endpoint; with id 0 the kernel chooses one. Connections that are open have their subflow
/// from it, or announce it, at once.
[[nodiscard]] Answer addEndpoint(FamilyId family, const core::KernelEndpoint& endpoint);

/// Closes the subflows that began there, and tells the peers.
[[nodiscard]] Answer removeEndpoint(FamilyId family, AddressId id);

/// Sets or clears `backup` and `fullmesh`; the kernel heeds no other flag here.
[[nodiscard]] Answer setEndpointFlags(FamilyId family, AddressId id, core::EndpointFlags flags);

[[nodiscard]] Answer setKernelLimits(FamilyId family, const core::KernelLimits& limits);

} // namespace subflowd::netlink
