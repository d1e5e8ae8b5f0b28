// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <subflowd/address.hpp>
#include <subflowd/ids.hpp>
#include <subflowd/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace subflowd::core {

/// What joins showed about whether a remote host is reached over a link: known to all connections,
/// so that the hundredth does not find it out anew, and one of them probes for all. A host is one
/// address: of two servers in one network, one may be down while the network is fine.
class Reachability {
  public:
    /// Whether an answer is news.
    enum class News : std::uint8_t { no, yes };

    /// The network did not bring a join, or a subflow's data, there or back.
    void failed(LinkIndex link, const IpAddress& host, Instant now);

    /// A join was answered. It is news if others failed since the last one; then all connections
    /// that wait deserve a look.
    News answered(LinkIndex link, const IpAddress& host, Instant now);

    /// When an answer was last news; epoch: never.
    Instant lastNews(LinkIndex link, const IpAddress& host) const;

    /// A connection that would like to probe.
    struct Prober {
        Token token{};
        Instant since{};     ///< the last moment that speaks against it: it tried then
        Duration interval{}; ///< between two of its probes
    };

    /// Whether it may now: nobody else does, or somebody was answered since. Who may is the prober
    /// until it has not asked for twice its interval.
    bool mayProbe(LinkIndex link, const IpAddress& host, const Prober& prober, Instant now);

  private:
    struct Entry {
        LinkIndex link = noLink; ///< noLink: vacant
        IpAddress host;
        Instant failed{};
        Instant news{};
        Instant probed{};
        Token prober{};
    };

    /// Pairs that share a cell displace each other: bounded memory, and at worst somebody finds
    /// out what was known.
    static constexpr std::size_t cells = 1024;
    using Cells = std::array<Entry, cells>;

    static std::size_t cellOf(LinkIndex link, const IpAddress& host) {
        return (hashOf(host) + static_cast<std::size_t>(link) * 97) % cells;
    }

    Entry* find(LinkIndex link, const IpAddress& host) const;
    Entry& ensure(LinkIndex link, const IpAddress& host);

    std::unique_ptr<Cells> cells_; ///< made when something fails for the first time
};

} // namespace subflowd::core
