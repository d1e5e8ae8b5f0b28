// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/host.hpp"
#include "netlink/owner_dump.hpp"
#include "netlink/owner_query.hpp"
#include "runtime/event_loop.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace subflowd::runtime {

/// Tells who owns connections: of one at once, of all a little later. Nothing waits.
class OwnerLink {
  public:
    using Told = dbus::Host::OwnersTold;

    /// Of the network namespace of the calling thread. Throws std::system_error.
    explicit OwnerLink(EventLoop& loop);

    std::optional<dbus::UserId> ownerOf(Token token);

    /// Each has a dump of its own, one after the other: what one who asks has just opened is in it,
    /// and no turn of the loop is spent on more than one of them.
    void ask(Told told);

  private:
    using Part = netlink::OwnerDump::Part;

    void startNext();
    void onRows();
    void tellFirst();

    netlink::OwnerQuery query_;
    netlink::OwnerDump dump_;
    std::vector<netlink::SocketOwner> rows_;
    dbus::Owners owners_;     ///< of the dump under way
    std::deque<Told> asking_; ///< the first is the one whose dump is under way
};

} // namespace subflowd::runtime
