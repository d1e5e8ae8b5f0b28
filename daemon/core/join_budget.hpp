// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/guard_settings.hpp"
#include "core/hash.hpp"

#include <subflowd/address.hpp>
#include <subflowd/time.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace subflowd::core {

/// A token bucket that is one number: the moment at which it is full again.
class Bucket {
  public:
    /// When the next token is there; not after now: it is there.
    Instant next(const Allowance& allowance) const {
        return full_ - (allowance.burst - 1) * allowance.interval;
    }

    bool has(Instant now, const Allowance& allowance) const { return next(allowance) <= now; }

    /// Takes a token, whether it is there or not: what is owed is waited for.
    void take(Instant now, const Allowance& allowance) {
        full_ = std::min(std::max(full_, now) + allowance.interval,
                         now + 2 * allowance.burst * allowance.interval);
    }

    void giveBack(const Allowance& allowance) { full_ -= allowance.interval; }

  private:
    Instant full_{};
};

/// What peers can make this host try, all connections together: joins to announced addresses and
/// repeated ones. A join that is established is given back, because its SYN-ACK proves the key of
/// the connection (RFC 8684 §3.2): whoever sent it wants to be joined. So honest servers are not
/// slowed down however many connections there are; a victim gets a burst and then a trickle.
class JoinBudget {
  public:
    /// When both the remote host's bucket and the one for all have a token.
    Instant next(const Guard& settings, const IpAddress& host) const {
        return std::max(all_.next(settings.joins), bucketOf(host).next(settings.hostJoins));
    }

    void take(const Guard& settings, const IpAddress& host, Instant now) {
        all_.take(now, settings.joins);
        bucketOf(host).take(now, settings.hostJoins);
    }

    void giveBack(const Guard& settings, const IpAddress& host) {
        all_.giveBack(settings.joins);
        bucketOf(host).giveBack(settings.hostJoins);
    }

  private:
    /// Hosts that share a cell share a bucket: bounded memory, and at worst one waits for another.
    static constexpr std::size_t cells = 1024;
    using Cells = std::array<Bucket, cells>;

    Bucket& bucketOf(const IpAddress& host) { return (*hosts_)[hashOf(host) % cells]; }

    const Bucket& bucketOf(const IpAddress& host) const { return (*hosts_)[hashOf(host) % cells]; }

    Bucket all_;
    std::unique_ptr<Cells> hosts_ = std::make_unique<Cells>();
};

} // namespace subflowd::core
