// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/time.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace subflowd::core {

/// A range of ports, both ends included, host byte order.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;

    constexpr bool contains(std::uint16_t port) const { return first <= port && port <= last; }

    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// How often something may happen: `burst` times at once, then once every `interval`.
struct Allowance {
    std::uint16_t burst = 1;
    Duration interval = std::chrono::seconds(1);

    friend bool operator==(const Allowance&, const Allowance&) = default;
};

/// Whether something that protects the host is in force.
enum class Protection : std::uint8_t { on, off };

/// [Guard]: what a peer can make this host do. Against peers that announce addresses to have
/// others scanned, flooded or reached from inside (threats T1 to T6, T17, T18).
struct Guard {
    /// Announced addresses of a narrower scope than the initial one are not joined, nor neighbours
    /// on a local network when the server itself is none.
    Protection scope = Protection::on;
    std::vector<Prefix> allowRemotes; ///< joined in spite of `scope`
    std::vector<Prefix> denyRemotes;  ///< not joined, before all else

    /// Announced ports; the initial subflow's own port is always allowed.
    std::vector<PortRange> allowPorts{{1024, 65535}};
    std::vector<PortRange> denyPorts{{1433, 1433},  {1521, 1521}, {2049, 2049}, {2375, 2376},
                                     {3306, 3306},  {3389, 3389}, {5432, 5432}, {5900, 5903},
                                     {5985, 5986},  {6379, 6379}, {9200, 9200}, {11211, 11211},
                                     {27017, 27017}};

    std::uint8_t remotes = 8;        ///< announced addresses that count, for each connection
    std::uint8_t portsPerRemote = 2; ///< announced ports for each of them
    std::uint8_t pendingJoins = 8;   ///< not answered yet, of each connection

    /// Joins that the peer provokes: to announced addresses, and after a failure. One that is
    /// established is given back, one that is then closed at once is charged again.
    Allowance connectionJoins{16, std::chrono::seconds(56)};
    Allowance hostJoins{32, std::chrono::milliseconds(500)}; ///< for each remote address
    Allowance joins{1024, std::chrono::milliseconds(20)};    ///< all together

    /// No subflow outside of the tunnel, VRF or device through which a connection began.
    Protection confinement = Protection::on;

    std::uint16_t inboundPerPeer = 1024; ///< joins of one peer network (/24, /56) that may live
    std::uint32_t inbound = 100000;      ///< joins of all peers that may live
    Allowance inboundJoins{32, std::chrono::seconds(2)}; ///< that arrive, for each connection

    friend bool operator==(const Guard&, const Guard&) = default;
};

} // namespace subflowd::core
