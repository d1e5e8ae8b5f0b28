// SPDX-License-Identifier: BSD-3-Clause
#include "core/open_requests.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

namespace subflowd::core {

namespace {

using Effect = OpenRequest::Effect;

bool isOfPath(const OpenRequest& open) {
    return open.effect != Effect::announced && open.effect != Effect::withdrawn;
}

const OwnAnnouncement* announcementFor(const Connection& connection, const OpenRequest& open) {
    const auto at = std::ranges::find_if(connection.announcements, [&](const auto& own) {
        return own.local == open.local && own.port == open.port;
    });
    return at == connection.announcements.end() ? nullptr : &*at;
}

/// Whether a command is the one that a request waits for.
struct Expected {
    const OpenRequest& open;
    const Local& local;
    const Endpoint& remote;

    bool isPath(const FourTuple& tuple) const {
        return tuple.local.address == local.address && tuple.remote == remote;
    }

    bool operator()(const command::CreateSubflow& c) const {
        return open.effect == Effect::created && c.local == local.address && c.link == local.link &&
               c.remote == remote;
    }

    bool operator()(const command::DestroySubflow& c) const {
        return open.effect == Effect::ended && isPath(c.tuple);
    }

    bool operator()(const command::ResetSubflow& c) const {
        return open.effect == Effect::ended && isPath(c.tuple);
    }

    bool operator()(const command::CancelJoin& c) const {
        return open.effect == Effect::ended && c.local == local.address && c.remote == remote;
    }

    bool operator()(const command::SetPriority& c) const {
        return open.effect == Effect::prioritised && isPath(c.tuple) && c.priority == open.priority;
    }

    bool operator()(const command::Announce& c) const {
        return open.effect == Effect::announced && c.local == Endpoint{local.address, open.port};
    }

    bool operator()(const command::RemoveAddress& c) const {
        return open.effect == Effect::withdrawn && c.localId == open.localId;
    }

    bool operator()(const command::AskIds& /*c*/) const { return false; }

    bool operator()(const command::AskFacts& /*c*/) const { return false; }
};

/// What was to be ended ended by itself.
bool isGone(int error) {
    return error == ESRCH || error == ENOENT;
}

} // namespace

void OpenRequests::add(OpenRequest open) {
    world_.links.retain(open.local);
    if (isOfPath(open))
        world_.remotes.retain(open.remote);
    open.deadline = world_.now + patience;
    open_.push_back(open);
}

bool OpenRequests::isMet(const Connection& connection, const OpenRequest& open) const {
    if (!isOfPath(open)) {
        const auto* own = announcementFor(connection, open);
        return open.effect == Effect::withdrawn ? !own : own && own->acknowledged;
    }
    const auto onPath = [&](const Subflow& subflow) {
        const auto& path = connection.paths[subflow.path];
        return path.local == open.local && path.remote == open.remote;
    };
    const auto& subflows = connection.subflows;
    if (open.effect == Effect::created)
        return std::ranges::any_of(
            subflows, [&](const Subflow& subflow) { return onPath(subflow) && counts(subflow); });
    if (open.effect == Effect::ended)
        return std::ranges::none_of(subflows, onPath);
    return std::ranges::all_of(subflows, [&](const Subflow& subflow) {
        return !onPath(subflow) || !counts(subflow) || subflow.priority == open.priority;
    });
}

CommandId OpenRequests::commandFor(const OpenRequest& open) const {
    static const Endpoint none;
    const Expected expected{open, world_.links.local(open.local),
                            isOfPath(open) ? world_.remotes[open.remote].endpoint : none};
    for (const auto& [id, command] : world_.outcome.commands) {
        const auto token = std::visit([](const auto& one) { return one.token; }, command);
        if (token == open.token && std::visit(expected, command))
            return id;
    }
    return CommandId{};
}

void OpenRequests::undo(const OpenRequest& open) {
    auto* connection = world_.connections.find(open.token);
    if (!connection)
        return;
    if (isOfPath(open))
        world_.orders.set(world_.links, world_.remotes, open.token, open.formerly);
    else
        world_.orders.set(world_.links, open.token, open.local, open.port, open.formerWish);
    world_.schedule(*connection, world_.now);
}

void OpenRequests::handle(const CommandFinished& result) {
    const auto at = std::ranges::find(open_, result.id, &OpenRequest::command);
    if (result.id == CommandId{} || at == open_.end())
        return;
    const auto* connection = world_.connections.find(at->token);
    const bool again = result.refusal == Refusal::idMismatch && connection &&
                       connection->idsState != IdsState::told;
    const bool gone = at->effect == Effect::ended && isGone(result.error);
    const auto next = result.refusal == Refusal::none ? CommandId{} : commandFor(*at);
    if (again || gone || next != CommandId{}) {
        at->command = next; // another command went out, or comes, or none is needed
        return;
    }
    RequestFinished finished{at->id, RequestResult::done, result.error, result.message};
    if (result.refusal == Refusal::unknownToken)
        finished.result = RequestResult::noSuchConnection;
    else if (result.refusal == Refusal::kernelManaged)
        finished.result = RequestResult::notManaged;
    else if (result.refusal == Refusal::unanswered)
        finished.result = RequestResult::unanswered;
    else if (result.refusal != Refusal::none)
        finished.result = RequestResult::kernelRefused;
    const auto open = *at;
    open_.erase(at);
    finish(open, finished);
}

void OpenRequests::settle() {
    for (std::size_t i = 0; i < open_.size();) {
        auto& open = open_[i];
        if (open.command == CommandId{})
            open.command = commandFor(open);
        const auto finished = outcomeOf(open);
        if (!finished) {
            ++i;
            continue;
        }
        const auto taken = open;
        open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
        finish(taken, *finished);
    }
}

/// How a request ends without an answer of the kernel, if it does.
std::optional<RequestFinished> OpenRequests::outcomeOf(const OpenRequest& open) const {
    const auto* connection = world_.connections.find(open.token);
    if (!connection)
        return RequestFinished{open.id, RequestResult::noSuchConnection, 0,
                               "the connection closed meanwhile"};
    if (world_.now >= open.deadline)
        return RequestFinished{open.id, RequestResult::unanswered, 0,
                               "the kernel gave no answer in time"};
    if (open.command != CommandId{})
        return std::nullopt;
    if (isMet(*connection, open))
        return RequestFinished{open.id, RequestResult::done, 0, {}};
    const Endpoint listener{world_.links.local(open.local).address, open.port};
    if (open.effect == Effect::announced && open.port != 0 &&
        world_.listeners.state(listener, world_.now) == ListenerTable::State::refused)
        return RequestFinished{open.id, RequestResult::refused, 0,
                               "the daemon cannot listen there (its log says why)"};
    return std::nullopt;
}

void OpenRequests::finish(const OpenRequest& open, const RequestFinished& finished) {
    if (finished.result != RequestResult::done)
        undo(open);
    world_.links.release(open.local);
    if (isOfPath(open))
        world_.remotes.release(open.remote);
    world_.outcome.answers.push_back(finished);
}

Instant OpenRequests::nextWork() const {
    auto next = never;
    for (const auto& open : open_)
        next = std::min(next, open.deadline);
    return next;
}

} // namespace subflowd::core
