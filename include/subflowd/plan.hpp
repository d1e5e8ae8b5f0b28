// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>
#include <subflowd/reason.hpp>
#include <subflowd/time.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace subflowd {

/// How much a path is wanted.
struct Want {
    std::uint8_t rank = 0;  ///< lower comes first when limits or pace do not allow all
    std::uint8_t count = 1; ///< subflows on this path
    Priority priority = Priority::regular;

    friend bool operator==(const Want&, const Want&) = default;
};

/// What becomes of the subflows on a path that is forbidden.
enum class Existing : std::uint8_t {
    keep,  ///< no new ones, the old ones stay
    drain, ///< become backup and are retired later
    close, ///< are closed at once
};

/// What ends a hold. A hold always ends, too, when the policy no longer states it.
enum class Until : std::uint8_t {
    time,          ///< the instant given
    networkChange, ///< the path's link, address or routes change
    refreshed,     ///< the peer announces the address again
    operatorActs,  ///< somebody asks over D-Bus
};

/// What a limit counts.
enum class LimitScope : std::uint8_t {
    connection, ///< subflows of the connection, the initial one included
    link,       ///< subflows of the connection on each link
    remote,     ///< subflows of the connection to each remote endpoint
    inbound,    ///< subflows the peer opened
};

/// Whether an address that was announced is announced once more.
enum class Delivery : std::uint8_t {
    once,  ///< only if it is not announced
    again, ///< also if it is: asks the peer for another attempt (RFC 8684 §3.4.1). The policy sees
           ///< in AnnouncementView::since that it was done, and says it no longer
};

/// Which subflow is replaced, and in which order. One that seems dead, but for the last.
enum class Replacement : std::uint8_t {
    makeBeforeBreak, ///< the fresh subflow is there before the old one ends
    breakBeforeMake, ///< the other way round: for a peer that takes no more subflows than it has
    evenIfAlive,     ///< make before break, also of a subflow that is well, and only too slow
};

/// What one policy wants for one connection: a whole restatement each time, never a difference.
/// Said to a plan that is cleared before each call; nothing is sent before the core merged the
/// plans of the connection's policies.
///
/// Merging: forbid > hold > the smallest limit > backup > regular; ranks by place in the chain.
class Plan {
  public:
    /// Wants subflows on a path. A path that stays wanted is kept, one that is no longer wanted
    /// by the policy that wanted it is drained.
    void want(PathId path, Want want, Reason reason) { wants_.push_back({path, want, reason}); }

    /// Has several subflows on a path, if any policy of the chain wants the path, or an operator
    /// does. By itself this wants nothing, and nothing is kept because of it.
    void multiply(PathId path, std::uint8_t count, Reason reason) {
        multiples_.push_back({path, count, reason});
    }

    /// Allows nothing new on a path, for every policy.
    void forbid(PathId path, Existing existing, Reason reason) {
        forbids_.push_back({path, existing, reason});
    }

    /// Asks for a priority of a subflow that exists, the initial and the peer's own included
    /// (MP_PRIO, RFC 8684 §3.3.8).
    void setPriority(SubflowId subflow, Priority priority, Reason reason) {
        priorities_.push_back({subflow, priority, reason});
    }

    /// Makes no new attempt on a path until something happens. `time` is used with Until::time.
    void hold(PathId path, Until until, Instant time, Reason reason) {
        holds_.push_back({path, until, time, reason});
    }

    /// Allows another attempt on a path that failed, from `time` on. Without this a failed path
    /// waits for a change of the network.
    void retry(PathId path, Instant time, Reason reason) {
        retries_.push_back({path, time, reason});
    }

    /// Has a fresh subflow take the place of a suspect one, on the same path. From `time` on a join
    /// is sent beside it, as backup; when the peer took it, the two swap their priorities, and the
    /// old one is drained and retired. A join that is not answered within `patience` (or two of the
    /// path's round trips, if that is longer) is cancelled; PathView::tried tells when it began.
    /// Limits do not count it. Not restated, or no longer suspect, means that the old one stays;
    /// with Replacement::evenIfAlive it need not be suspect. While many connections wait for the
    /// same link and remote host to be back, one of them tries.
    void refresh(SubflowId subflow, Instant time, Duration patience, Reason reason,
                 Replacement replacement = Replacement::makeBeforeBreak) {
        refreshes_.push_back({subflow, time, patience, reason, replacement});
    }

    /// Limits how many subflows there are.
    void limit(LimitScope scope, std::uint8_t most, Reason reason) {
        limits_.push_back({scope, most, reason});
    }

    /// Announces a local address to the peer (ADD_ADDR, RFC 8684 §3.4.1), also before the
    /// connection is established. Not restated means withdrawn (REMOVE_ADDR). `port` in host byte
    /// order, 0 for the connection's own; for another one the daemon listens there itself. One
    /// announcement is sent at a time, in the order of the plan.
    void announce(LocalId local, std::uint16_t port, Reason reason,
                  Delivery delivery = Delivery::once) {
        announcements_.push_back({local, port, reason, delivery});
    }

    /// Lifts the holds that end by time, because the connection has no subflow left.
    void urgent(Reason reason) { urgent_ = reason; }

    /// Has the connection's subflows measured about every `period`, and plan() called after that
    /// (ConnectionView::measurements). Not restated means no longer. All sockets of the host are
    /// looked at together, for which a twentieth of the time is spent at most: it may take longer.
    void measure(Duration period) { period_ = period < period_ ? period : period_; }

    /// What to be told again at the next call for this connection (ConnectionView::remembered).
    /// Not restated means forgotten, and so it is when the daemon starts again or gets another
    /// configuration.
    void remember(const Memory& memory) { memory_ = memory; }

    /// Asks for another call of plan() at an instant, whatever happens.
    void askAgain(Instant time) {
        if (time < again_)
            again_ = time;
    }

    struct Wanted {
        PathId path{};
        Want want;
        Reason reason;
        friend bool operator==(const Wanted&, const Wanted&) = default;
    };

    struct Multiplied {
        PathId path{};
        std::uint8_t count = 1;
        Reason reason;
        friend bool operator==(const Multiplied&, const Multiplied&) = default;
    };

    struct Forbidden {
        PathId path{};
        Existing existing = Existing::keep;
        Reason reason;
        friend bool operator==(const Forbidden&, const Forbidden&) = default;
    };

    struct Prioritised {
        SubflowId subflow{};
        Priority priority = Priority::regular;
        Reason reason;
        friend bool operator==(const Prioritised&, const Prioritised&) = default;
    };

    struct Held {
        PathId path{};
        Until until = Until::time;
        Instant time{};
        Reason reason;
        friend bool operator==(const Held&, const Held&) = default;
    };

    struct Retried {
        PathId path{};
        Instant time{};
        Reason reason;
        friend bool operator==(const Retried&, const Retried&) = default;
    };

    struct Refreshed {
        SubflowId subflow{};
        Instant time{};
        Duration patience{};
        Reason reason;
        Replacement replacement = Replacement::makeBeforeBreak;
        friend bool operator==(const Refreshed&, const Refreshed&) = default;
    };

    struct Limited {
        LimitScope scope = LimitScope::connection;
        std::uint8_t most = 0;
        Reason reason;
        friend bool operator==(const Limited&, const Limited&) = default;
    };

    struct Announced {
        LocalId local{};
        std::uint16_t port = 0;
        Reason reason;
        Delivery delivery = Delivery::once;
        friend bool operator==(const Announced&, const Announced&) = default;
    };

    /// What was said, in the order it was said. For the core and for tests of policies.
    std::span<const Wanted> wants() const { return wants_; }

    std::span<const Multiplied> multiples() const { return multiples_; }

    std::span<const Forbidden> forbids() const { return forbids_; }

    std::span<const Prioritised> priorities() const { return priorities_; }

    std::span<const Held> holds() const { return holds_; }

    std::span<const Retried> retries() const { return retries_; }

    std::span<const Refreshed> refreshes() const { return refreshes_; }

    std::span<const Limited> limits() const { return limits_; }

    std::span<const Announced> announcements() const { return announcements_; }

    const Reason& urgency() const { return urgent_; }

    Instant again() const { return again_; }

    /// Duration::max(): nothing is to be measured.
    Duration period() const { return period_; }

    const Memory& memory() const { return memory_; }

    /// Forgets everything and keeps the memory.
    void clear() {
        wants_.clear();
        multiples_.clear();
        forbids_.clear();
        priorities_.clear();
        holds_.clear();
        retries_.clear();
        refreshes_.clear();
        limits_.clear();
        announcements_.clear();
        urgent_ = {};
        again_ = never;
        period_ = Duration::max();
        memory_ = {};
    }

    friend bool operator==(const Plan&, const Plan&) = default;

  private:
    std::vector<Wanted> wants_;
    std::vector<Multiplied> multiples_;
    std::vector<Forbidden> forbids_;
    std::vector<Prioritised> priorities_;
    std::vector<Held> holds_;
    std::vector<Retried> retries_;
    std::vector<Refreshed> refreshes_;
    std::vector<Limited> limits_;
    std::vector<Announced> announcements_;
    Reason urgent_;
    Instant again_ = never;
    Duration period_ = Duration::max();
    Memory memory_{};
};

} // namespace subflowd
