// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "model.hpp"
#include "netlink/host_queries.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// `top`: what flows, from two samples of the kernel's counters. Pure.
namespace subflowd::ctl::top {

/// Bytes a second.
struct Flow {
    std::uint64_t out = 0; ///< acknowledged by the peer
    std::uint64_t in = 0;

    friend bool operator==(const Flow&, const Flow&) = default;
};

struct LinkRate {
    std::string name; ///< empty: not known
    std::size_t connections = 0;
    std::size_t subflows = 0;
    Flow flow;
    std::uint64_t retransmissions = 0; ///< segments in the interval

    friend bool operator==(const LinkRate&, const LinkRate&) = default;
};

struct ConnectionRate {
    Token token{};
    Endpoint remote; ///< of the initial subflow
    std::vector<std::string> links;
    std::size_t subflows = 0;
    Flow flow;
    std::uint64_t retransmissions = 0;
    std::chrono::microseconds rtt{0}; ///< the shortest of the subflows'; 0: none measured

    friend bool operator==(const ConnectionRate&, const ConnectionRate&) = default;
};

struct Frame {
    std::chrono::microseconds interval{0};
    std::vector<LinkRate> links;             ///< by name
    std::vector<ConnectionRate> connections; ///< the busiest first

    friend bool operator==(const Frame&, const Frame&) = default;
};

/// Which link has an address.
using LinksByAddress = std::map<IpAddress, std::string>;

LinksByAddress linksByAddress(const std::vector<Link>& links);

/// What happened between two samples. A subflow that is new counts from nothing; of one that is
/// gone nothing can be told.
Frame compare(const netlink::SocketSamples& before, const netlink::SocketSamples& now,
              std::chrono::microseconds interval, const LinksByAddress& links);

} // namespace subflowd::ctl::top
