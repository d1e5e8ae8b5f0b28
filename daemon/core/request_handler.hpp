// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/evaluator.hpp"
#include "core/open_requests.hpp"
#include "core/planner.hpp"
#include "core/request.hpp"
#include "core/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace subflowd::core {

/// Does what operators ask: notes an order, looks at the connection again, and answers when the
/// kernel took the command that follows from it. What cannot be done now is not ordered either.
class RequestHandler {
  public:
    RequestHandler(World& world, Evaluator& evaluator)
        : world_(world), evaluator_(evaluator), open_(world) {}

    void handle(const Requested& requested);

    /// Before the command's end is handled: requests that waited for it are answered.
    void handle(const CommandFinished& result) { open_.handle(result); }

    /// At the end of a step: looks for the commands that requests wait for.
    void settle() { open_.settle(); }

    Instant nextWork() const { return open_.nextWork(); }

  private:
    void apply(RequestId id, const request::CreateSubflow& create);
    void apply(RequestId id, const request::DestroySubflow& destroy);
    void apply(RequestId id, const request::SetPriority& set);
    void apply(RequestId id, const request::Announce& announce);
    void apply(RequestId id, const request::Withdraw& withdraw);
    void apply(RequestId id, const request::SetPolicies& set);
    void apply(RequestId id, const request::ResetPolicies& reset);
    void apply(RequestId id, const request::Retry& retry);
    void apply(RequestId id, const request::Release& release);
    void apply(RequestId id, const request::SetRole& set);
    void apply(RequestId id, const request::Drain& drain);

    Connection* manageable(RequestId id, Token token);
    Connection* established(RequestId id, Token token);
    std::optional<std::uint16_t> pathOfSubflow(RequestId id, const Connection& connection,
                                               const request::PathName& name);
    std::optional<LocalRef> localFor(const request::PathName& name, const Endpoint& remote) const;
    std::optional<LocalRef> localAt(const IpAddress& address) const;
    OpenRequest opened(RequestId id, const Connection& connection, const Path& path) const;
    void place(Connection& connection, const OpenRequest& open, const PathOrder& order);
    void place(Connection& connection, const OpenRequest& open, AnnouncementOrder::Wish wish);
    std::optional<RequestFinished> objection(const Connection& connection, const OpenRequest& open);
    void forgetUntried(Connection& connection, const OpenRequest& open);
    bool releasePaths(const Connection& connection, const request::PathName& name);
    bool releaseAnnouncements(const Connection& connection, const request::PathName& name);
    std::string_view existingLink(RequestId id, LinkIndex link);
    void answer(RequestId id, RequestResult result, std::string message = {});

    World& world_;
    Evaluator& evaluator_;
    OpenRequests open_;
    Planner planner_; ///< for explanations
};

} // namespace subflowd::core
