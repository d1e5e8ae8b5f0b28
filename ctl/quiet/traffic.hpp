// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/host_queries.hpp"
#include "top/rates.hpp"

#include <string>

/// `link wait`: whether a link can be taken down without a loss. Pure.
namespace subflowd::ctl::quiet {

/// Whether data moved on the link between two samples, or is not acknowledged yet, of a connection
/// that has a subflow on another link, too. What has none would wait for ever, and does not count.
bool isCarrying(const std::string& link, const netlink::SocketSamples& before,
                const netlink::SocketSamples& now, const top::LinksByAddress& links);

} // namespace subflowd::ctl::quiet
