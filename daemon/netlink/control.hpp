// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/family.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace subflowd::netlink {

/// What the kernel says about its family "mptcp_pm". Features that only use shows (the C flag in
/// events, IF_IDX in commands) are not here.
struct KernelFeatures {
    FamilyId family{};
    GroupId events{};               ///< mptcp_pm_events
    bool userspaceCommands = false; ///< ANNOUNCE, REMOVE, SUBFLOW_CREATE, SUBFLOW_DESTROY (5.19)

    /// The features that are there, for people: "userspace-commands".
    [[nodiscard]] std::vector<std::string> names() const;

    friend bool operator==(const KernelFeatures&, const KernelFeatures&) = default;
};

/// Asks the kernel, in the network namespace of the calling thread. Waits for the answer: for the
/// start only. Throws std::runtime_error if there is no such family.
[[nodiscard]] KernelFeatures resolveKernel();

} // namespace subflowd::netlink
