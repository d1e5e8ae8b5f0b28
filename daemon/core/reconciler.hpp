// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/candidates.hpp"
#include "core/planner.hpp"
#include "core/world.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace subflowd::core {

/// Makes a connection what it should be: compares a judgement with what exists and issues what is
/// missing, in a safe order.
///
///  1. new subflows, in the order of their ranks, as far as limits allow; fresh ones beside those
///     that seem dead, which then swap their priorities (K30);
///  2. priorities;
///  3. announcements;
///  4. RM_ADDR for local addresses that are gone, then the end of their subflows (K9, K15);
///  5. subflows that are forbidden, no longer wanted, over a limit, or drained for long enough.
///
/// So a replacement always goes out before what it replaces is ended.
class Reconciler {
  public:
    /// How long a subflow is drained before it is retired (K30).
    static constexpr Duration drainTime = std::chrono::seconds(6);

    /// How long a peer has for answering a join: three SYNs on most kernels, which would try for
    /// two minutes by themselves. A connection with no other subflow is in more of a hurry: kernels
    /// wait longer and longer before they repeat a SYN, a new join sends one at once.
    static Duration joinTimeout(const Connection& connection) {
        return connection.stranded == never ? std::chrono::seconds(5) : std::chrono::seconds(2);
    }

    /// A path whose subflow seems dead is tried no faster than this, whatever a policy says.
    static constexpr Duration leastPatience = std::chrono::milliseconds(100);

    /// A policy is not asked again sooner than this because of its own Plan::askAgain().
    static constexpr Duration soonestAgain = std::chrono::milliseconds(10);

    /// Works on one connection. Schedules the connection's next look.
    void reconcile(World& world, Connection& connection, const Judgement& judgement,
                   const Candidates& candidates);

    /// The announcements alone: what can be done before a connection is established.
    void announceOnly(World& world, Connection& connection, const Judgement& judgement,
                      const Candidates& candidates);

    /// The first join that reconcile() would send. Nothing if it would send none, or if more than
    /// the connection and the network decides on it: budgets, or a choice of the port.
    std::optional<command::CreateSubflow> foresee(World& world, Connection& connection,
                                                  const Judgement& judgement,
                                                  const Candidates& candidates);

  private:
    struct Work {
        World& world;
        Connection& connection;
        const Judgement& judgement;
        const Candidates& candidates;
    };

    void recordVerdicts(const Work& work);
    void createMissing(const Work& work);
    void listMissing(const Work& work);
    bool mayCreate(const Work& work, std::size_t path) const;
    bool withinLimits(const Work& work, std::size_t path) const;
    bool isProvoked(const Work& work, std::size_t path) const;
    bool mayBeProvoked(const Work& work, std::size_t path) const;
    std::optional<command::CreateSubflow> foreseeJoin(const Work& work, std::size_t path) const;

    struct Join {
        Priority priority = Priority::regular;
        std::uint16_t succeeds = 0; ///< local port of the subflow whose place it takes; 0: of none
    };

    Subflow& addJoin(const Work& work, std::size_t path, Join join);
    bool mayNamePort(const Work& work, std::size_t path) const;
    void create(const Work& work, std::size_t path, Join join);

    void refresh(const Work& work);
    void adoptHeirs(const Work& work);
    void handOver(const Work& work);
    void handOver(const Work& work, Subflow& old, Subflow& fresh);
    void dropNeedless(const Work& work);
    void replace(const Work& work, const Plan::Refreshed& stated);
    bool mayProbe(const Work& work, const Plan::Refreshed& stated) const;
    static Instant deadlineOf(const Work& work, const Subflow& join);
    static Instant nextOfRefresh(const Work& work);

    void setPriorities(const Work& work);
    static const Plan::Prioritised* saidOf(const Work& work, std::size_t subflow);
    void setPriority(const Work& work, Subflow& subflow, Priority priority, const Reason& reason);
    static void tellPriority(const Work& work, const Subflow& subflow, Priority priority);
    static void tellSuccessorAgain(const Work& work, const Subflow& drained);

    void announce(const Work& work);
    void announce(const Work& work, const Plan::Announced& wanted);
    OwnAnnouncement& addAnnouncement(const Work& work, LocalRef local, std::uint16_t port);
    void send(const Work& work, OwnAnnouncement& own);
    bool isListening(const Work& work, const Endpoint& local);
    void withdrawUnstated(const Work& work);

    void leaveGoneAddresses(const Work& work);
    void endForbidden(const Work& work);
    void drainUnwanted(const Work& work);
    void drainSurplus(const Work& work);
    static Subflow* surplusOn(const Work& work, std::size_t path);
    void drainOverLimit(const Work& work);
    static std::uint16_t orderOf(const Work& work, const Subflow& subflow);
    template <class Belongs>
    void drainBeyond(const Work& work, const Limit& limit, Belongs&& belongs);
    void endOverInbound(const Work& work);
    void endExcess(const Work& work);
    void cancelUnanswered(const Work& work);
    void retireDrained(const Work& work);
    void endWithdrawn(const Work& work);

    void drain(const Work& work, Subflow& subflow, const Reason& reason);
    void end(const Work& work, Subflow& subflow, const Reason& reason);
    void cancel(const Work& work, Subflow& join, const Reason& reason);
    bool sharesAddress(const Work& work, const Subflow& subflow) const;

    void scheduleNext(const Work& work);

    std::vector<std::size_t> order_; ///< wanted paths by rank
    std::vector<AddressId> removed_; ///< ids for which RM_ADDR went out in this round
};

} // namespace subflowd::core
