// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/host_facts.hpp"
#include "core/link_table.hpp"

#include <subflowd/time.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace subflowd::core {

/// Chooses the local ports of joins from addresses that have many.
///
/// Once half of an address's ephemeral ports are in use (TIME_WAIT included), the kernel searches
/// for a free one through all of them: two milliseconds of CPU for each subflow. A port that is
/// named is only looked at. Who names one learns from EADDRINUSE that it was taken.
class SourcePorts {
  public:
    /// After so many ports that were taken the kernel has to search.
    static constexpr std::uint8_t mostTries = 8;

    /// A port for one more join from a local address; 0: the kernel finds one faster.
    std::uint16_t next(const LinkTable& links, LocalRef local, const HostFacts& host, Instant now);

    /// Whether next() will give none for one more join, however late it comes.
    bool leavesNextToKernel(const LinkTable& links, LocalRef local, const HostFacts& host) const;

    /// Another instead of one that was taken.
    std::uint16_t another(const LinkTable& links, LocalRef local, const HostFacts& host);

  private:
    /// Joins from a local address in the minute that began at `minute`, and in the one before.
    struct Use {
        IpAddress address;
        Instant minute{};
        std::uint32_t current = 0;
        std::uint32_t previous = 0;
        std::uint16_t last = 0; ///< port that was named; 0: none yet
    };

    Use& useOf(const LinkTable& links, LocalRef local);
    static void count(Use& use, Instant now);
    static std::uint16_t advance(Use& use, const HostFacts& host);

    std::vector<Use> uses_; ///< by LocalRef
};

} // namespace subflowd::core
