// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/policy.hpp>

#include <vector>

namespace subflowd::lb_client {

/// What a connection has on one link. Points into the views of the call that goes on.
struct LinkUse {
    LinkIndex link = noLink;
    Role role = Role::primary;
    const SubflowView* carrier = nullptr; ///< is up: the subflow of the link
    const SubflowView* attempt = nullptr; ///< pending for the longest time
    const SubflowView* rival = nullptr;   ///< pending too, of the other family
    const SubflowView* suspect = nullptr; ///< seems dead: stays until another is up
    const PathView* chosen = nullptr;     ///< gets a subflow
    bool announcedFailed = false;         ///< a path to an announced address failed

    bool uses(const Endpoint& remote) const;
};

/// The announcement of an endpoint, if the peer did not withdraw it.
const RemoteView* announcementOf(const ConnectionView& connection, const Endpoint& remote);

/// Lists what a connection has on each link to which it has a path: links of the primary role
/// first, then by index. Reuses the memory of `uses`.
void takeStock(const ConnectionView& connection, const HostView& host, std::vector<LinkUse>& uses);

} // namespace subflowd::lb_client
