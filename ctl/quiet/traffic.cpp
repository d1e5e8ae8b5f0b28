// SPDX-License-Identifier: BSD-3-Clause
#include "quiet/traffic.hpp"

#include <algorithm>
#include <set>

namespace subflowd::ctl::quiet {

namespace {

using netlink::SocketSamples;
using netlink::SubflowSample;

/// Which subflows go over the link, and which connections could do without it.
class Places {
  public:
    Places(const std::string& link, const SocketSamples& now, const top::LinksByAddress& links)
        : link_(link), links_(links) {
        for (const auto& subflow : now.subflows)
            if (!isThere(subflow))
                elsewhere_.insert(subflow.token);
    }

    bool couldLeave(const SubflowSample& subflow) const {
        return isThere(subflow) && elsewhere_.contains(subflow.token);
    }

  private:
    bool isThere(const SubflowSample& subflow) const {
        const auto at = links_.find(subflow.tuple.local.address);
        return at != links_.end() && at->second == link_;
    }

    const std::string& link_;
    const top::LinksByAddress& links_;
    std::set<Token> elsewhere_;
};

bool moved(const SubflowSample& subflow, const SocketSamples& before) {
    const auto earlier = std::ranges::find_if(before.subflows, [&](const SubflowSample& each) {
        return each.token == subflow.token && each.tuple == subflow.tuple;
    });
    return earlier == before.subflows.end() ||
           earlier->tcp.bytesAcknowledged != subflow.tcp.bytesAcknowledged ||
           earlier->tcp.bytesReceived != subflow.tcp.bytesReceived;
}

} // namespace

bool isCarrying(const std::string& link, const SocketSamples& before, const SocketSamples& now,
                const top::LinksByAddress& links) {
    const Places places(link, now, links);
    return std::ranges::any_of(now.subflows, [&](const SubflowSample& subflow) {
        return places.couldLeave(subflow) &&
               (subflow.tcp.unacknowledged > 0 || moved(subflow, before));
    });
}

} // namespace subflowd::ctl::quiet
