// SPDX-License-Identifier: BSD-3-Clause
#include "top/rates.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace subflowd::ctl::top {

namespace {

using netlink::SubflowSample;
using netlink::TcpSample;

using Key = std::tuple<Token, Endpoint, Endpoint>;

Key keyOf(const SubflowSample& subflow) {
    return {subflow.token, subflow.tuple.local, subflow.tuple.remote};
}

/// Counters that went back belong to another socket with the same addresses and ports.
std::uint64_t growth(std::uint64_t before, std::uint64_t now) {
    return now >= before ? now - before : now;
}

std::uint64_t perSecond(std::uint64_t amount, std::chrono::microseconds interval) {
    const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(interval.count(), 1));
    return amount * 1'000'000 / span;
}

struct Growth {
    Flow flow;
    std::uint64_t retransmissions = 0;
};

Growth grown(const TcpSample& before, const TcpSample& now, std::chrono::microseconds interval) {
    return {{perSecond(growth(before.bytesAcknowledged, now.bytesAcknowledged), interval),
             perSecond(growth(before.bytesReceived, now.bytesReceived), interval)},
            growth(before.retransmissions, now.retransmissions)};
}

template <class Rate>
void add(Rate& rate, const Growth& growth) {
    ++rate.subflows;
    rate.flow.out += growth.flow.out;
    rate.flow.in += growth.flow.in;
    rate.retransmissions += growth.retransmissions;
}

void addLink(std::vector<std::string>& links, const std::string& name) {
    if (!name.empty() && std::ranges::find(links, name) == links.end())
        links.push_back(name);
}

std::chrono::microseconds shorter(std::chrono::microseconds a, std::chrono::microseconds b) {
    if (a.count() == 0 || b.count() == 0)
        return std::max(a, b);
    return std::min(a, b);
}

/// Adds up what the subflows of a sample did since an earlier one.
class Comparison {
  public:
    Comparison(const std::vector<SubflowSample>& before, std::chrono::microseconds interval)
        : interval_(interval) {
        for (const auto& subflow : before)
            earlier_.emplace(keyOf(subflow), &subflow.tcp);
    }

    void add(const netlink::ConnectionSample& connection) {
        auto& rate = connections_[connection.token];
        rate.token = connection.token;
        rate.remote = connection.tuple.remote;
    }

    void add(const SubflowSample& subflow, const std::string& link) {
        const auto known = earlier_.find(keyOf(subflow));
        const auto growth =
            grown(known == earlier_.end() ? TcpSample{} : *known->second, subflow.tcp, interval_);
        auto& connection = connections_[subflow.token];
        connection.token = subflow.token;
        connection.rtt = shorter(connection.rtt, subflow.tcp.rtt);
        addLink(connection.links, link);
        top::add(connection, growth);
        auto& rate = links_[link];
        rate.name = link;
        rate.connections += counted_.emplace(link, subflow.token).second ? 1U : 0U;
        top::add(rate, growth);
    }

    Frame frame() const {
        Frame frame{interval_, {}, {}};
        for (const auto& [name, rate] : links_)
            frame.links.push_back(rate);
        for (const auto& [token, rate] : connections_)
            frame.connections.push_back(rate);
        std::ranges::stable_sort(frame.connections, std::greater{}, [](const ConnectionRate& rate) {
            return rate.flow.out + rate.flow.in;
        });
        return frame;
    }

  private:
    std::chrono::microseconds interval_;
    std::map<Key, const TcpSample*> earlier_;
    std::map<Token, ConnectionRate> connections_;
    std::map<std::string, LinkRate> links_;
    std::set<std::pair<std::string, Token>> counted_;
};

} // namespace

LinksByAddress linksByAddress(const std::vector<Link>& links) {
    LinksByAddress found;
    for (const auto& link : links)
        for (const auto& address : link.addresses)
            found.emplace(address.address, link.name);
    return found;
}

Frame compare(const netlink::SocketSamples& before, const netlink::SocketSamples& now,
              std::chrono::microseconds interval, const LinksByAddress& links) {
    Comparison comparison{before.subflows, interval};
    for (const auto& connection : now.connections)
        if (connection.kind == netlink::ConnectionSample::Kind::multipath)
            comparison.add(connection);
    for (const auto& subflow : now.subflows) {
        const auto link = links.find(subflow.tuple.local.address);
        comparison.add(subflow, link == links.end() ? std::string{} : link->second);
    }
    return comparison.frame();
}

} // namespace subflowd::ctl::top
