// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"
#include "core/kernel_endpoint.hpp"
#include "core/network.hpp"
#include "host/other_path_managers.hpp"
#include "model.hpp"

#include <subflowd/address.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What `subflowctl doctor` looks at, collected before anything is judged. Values only, so that
/// each fault of a host can be written down in a test.
namespace subflowd::ctl::doctor {

/// How an MPTCP connection of this host to itself went.
enum class Trial : std::uint8_t {
    multipath,
    fellBack,    ///< it went on as plain TCP
    unsupported, ///< no such socket: EPROTONOSUPPORT, EAFNOSUPPORT
    disabled,    ///< no such socket: ENOPROTOOPT, net.mptcp.enabled=0
    failed,      ///< for another reason: loopback is down, for example
};

/// Which way packets go out that leave from a local address, and what is asked of those that come.
struct SourceAddress {
    IpAddress address;
    std::string link;                    ///< that has the address
    std::optional<std::string> routed;   ///< the link that packets to elsewhere take; empty: none.
                                         ///< Nothing: not known
    std::uint32_t reversePathFilter = 0; ///< rp_filter in force on the link: 0 none, 1 strict, 2
                                         ///< loose; IPv4 only

    friend bool operator==(const SourceAddress&, const SourceAddress&) = default;
};

/// A socket count by kind, from inet_diag.
struct SocketCount {
    std::uint64_t connections = 0;
    std::uint64_t fallbacks = 0;
    std::uint64_t listeners = 0;

    friend bool operator==(const SocketCount&, const SocketCount&) = default;
};

struct Facts {
    /// By name ("net.mptcp.enabled"); what the kernel does not have is not here.
    std::map<std::string, std::string> sysctls;
    Trial ipv4 = Trial::multipath;
    Trial ipv6 = Trial::multipath;
    bool userspaceCommands = true; ///< the kernel takes commands of path managers
    std::optional<std::vector<core::KernelEndpoint>> endpoints;
    std::optional<core::KernelLimits> limits;

    /// MPTcpExt of /proc/net/netstat: since the network namespace was made.
    std::map<std::string, std::uint64_t> counters;

    std::optional<SocketCount> sockets; ///< nothing: inet_diag does not answer

    std::vector<Link> links;
    std::vector<core::network::Route> routes;
    std::vector<SourceAddress> sources; ///< of links that can carry subflows

    /// Everybody who listens to the kernel's events, the daemon included.
    std::vector<host::OtherPathManager> pathManagers;
    bool networkManager = false; ///< is on the bus

    std::optional<Status> daemon; ///< nothing: it does not answer
    std::string daemonFailure;    ///< why, if so

    config::Diagnostics configuration;
    bool announceConfigured = false; ///< the configuration has settings for the policy announce
};

} // namespace subflowd::ctl::doctor
