// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/candidates.hpp"
#include "core/world.hpp"

#include <subflowd/plan.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace subflowd::core {

/// What is to be of one path, after all plans were merged.
struct Decision {
    Verdict verdict = Verdict::none;
    Voice by = Voice::core;
    Existing existing = Existing::keep; ///< with Verdict::forbidden
    Priority priority = Priority::regular;
    std::uint8_t count = 0;          ///< subflows wanted
    std::optional<Priority> ordered; ///< by an operator, for what is there and what comes
    std::uint16_t order = 0xffff; ///< of the wanted ones, the first that may be created: the lowest
    std::uint16_t orderOfMore = 0xffff; ///< the same for subflows beyond the first one of the path
    Instant nextTry = never;            ///< with Verdict::held: when the hold ends by itself
    Reason reason;
    Reason reasonOfMore; ///< why there are so many subflows on the path, and no more
    Voice multipliedBy = Voice::core;
};

/// The smallest limit that was said for a scope.
struct Limit {
    std::uint8_t most = 255;
    Voice by = Voice::limit;
    Reason reason;
};

/// What [Link] says of a local address's link.
Limit limitOf(const Local& local);

/// What becomes of standby links.
enum class Standby : std::uint8_t {
    serves, ///< nothing else carries
    stays,  ///< another link may carry again: what exists stays as it is
    rests,  ///< another link carries
};

/// What is to be of a connection. Decisions stand beside Candidates::all().
struct Judgement {
    std::vector<Decision> decisions;
    Limit connection;
    Limit configured; ///< of the connection: the one that binds an operator, too
    Limit link;
    Limit remote;
    Limit inbound;
    std::vector<Plan::Prioritised> priorities;
    std::vector<Plan::Refreshed> refreshes;
    std::vector<Plan::Announced> announcements;
    std::vector<Measurements::Note> notes;
    Duration period = Duration::max(); ///< how often subflows are to be measured
    Standby standby = Standby::serves;
    bool complete = true; ///< false: a policy gave no answer, so what was announced stays
    Instant again = never;

    /// For a link: what policies said of each, or [Link] of this one.
    Limit onLinkOf(const Local& local) const;
};

/// Asks the policies of a connection and merges what they say with what the core guarantees:
/// forbid > hold > the smallest limit > backup > regular; ranks by place in the chain.
class Planner {
  public:
    /// How long a subflow on a standby link stays at least, so that a link that wavers does not
    /// cost a join each time.
    static constexpr Duration standbyStay = std::chrono::seconds(10);

    /// Judges a connection that belongs to a rule. The result lives until the next call.
    const Judgement& judge(World& world, const Connection& connection, Listing listing);

    /// The last one.
    const Judgement& judgement() const { return judgement_; }

    const Candidates& candidates() const { return candidates_; }

  private:
    void ask(World& world, const Connection& connection);
    void merge(const World& world, const Connection& connection,
               std::span<const std::size_t> chain);
    void restate(const Connection& connection, Voice policy, Plan& plan) const;
    void mergeWants(const Plan& plan, Voice by, std::size_t place);
    void mergeMultiples(const Plan& plan, Voice by, std::size_t place);
    void mergeForbids(const Plan& plan, Voice by);
    void mergeHolds(const World& world, const Connection& connection, const Plan& plan, Voice by);
    void mergeLimits(const Plan& plan, Voice by);
    void waitAfterFailure(const World& world, const Connection& connection);
    bool isComplete(std::size_t path) const;
    void clampToRoles(const World& world, const Connection& connection);
    void forbidForLink(std::size_t path, Existing existing, const ReasonText& reason);
    void clampToStandby(const World& world, const Connection& connection, std::size_t path);
    void guardRemotes(const Connection& connection);
    void guardInitial(const World& world, const Connection& connection);
    void hold(std::size_t path, Voice by, Reason reason, Instant until);

    void takeOrders(const World& world, const Connection& connection);
    bool isOrdered(std::size_t path) const;
    void drainLinks(const World& world, const Connection& connection);
    void orderPriorities(const World& world);
    void orderAnnouncements(const World& world, const Connection& connection);

    Candidates candidates_;
    Judgement judgement_;
    std::deque<Plan> plans_;

    /// When a policy allows another attempt, and why not before.
    struct Retry {
        Instant time = never;
        Voice by = Voice::core;
        Reason reason;
    };

    std::vector<Retry> retries_;            ///< by path
    std::vector<const PathOrder*> ordered_; ///< by path; null: nothing is
    bool urgent_ = false;
};

} // namespace subflowd::core
