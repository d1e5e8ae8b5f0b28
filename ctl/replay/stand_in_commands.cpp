// SPDX-License-Identifier: BSD-3-Clause
#include "replay/stand_in.hpp"

#include <algorithm>
#include <cerrno>

/// What the two cores command, and what comes of it.
namespace subflowd::ctl::replay {

namespace {

namespace command = core::command;
namespace event = core::event;

using Commands = std::vector<core::IssuedCommand>;

bool areSame(const Commands& a, const Commands& b) {
    return std::ranges::equal(a, b, {}, &core::IssuedCommand::command,
                              &core::IssuedCommand::command);
}

} // namespace

void StandIn::settle(Instant when, const Commands& recorded, const Commands& replayed) {
    if (!areSame(recorded, replayed))
        differ(when);
    auto rest = replayed;
    for (const auto& issued : recorded) {
        const auto same = std::ranges::find(rest, issued.command, &core::IssuedCommand::command);
        if (same == rest.end()) {
            onlyRecorded(issued);
            continue;
        }
        pair(issued, *same);
        rest.erase(same);
    }
    for (const auto& issued : rest)
        onlyReplayed(when, issued);
}

void StandIn::differ(Instant when) {
    if (std::exchange(inStep_, false))
        firstDifference_ = when;
}

void StandIn::pair(const core::IssuedCommand& recorded, const core::IssuedCommand& replayed) {
    ids_[recorded.id] = replayed.id;
    if (const auto* join = std::get_if<command::CreateSubflow>(&recorded.command))
        joins_.emplace(join->token, Join{recorded.id, join->local, join->remote, Known::toBoth});
}

void StandIn::onlyRecorded(const core::IssuedCommand& issued) {
    const auto keep = [this](const auto& end) {
        if (here_.contains(keyOf(end)))
            onlyHere_.insert(keyOf(end));
    };
    if (const auto* join = std::get_if<command::CreateSubflow>(&issued.command))
        joins_.emplace(join->token,
                       Join{issued.id, join->local, join->remote, Known::toRecordedOnly});
    else if (const auto* destroy = std::get_if<command::DestroySubflow>(&issued.command))
        keep(*destroy);
    else if (const auto* reset = std::get_if<command::ResetSubflow>(&issued.command))
        keep(*reset);
}

void StandIn::onlyReplayed(Instant when, const core::IssuedCommand& issued) {
    ++assumptions_;
    std::visit([&](const auto& what) { answer(when, issued.id, what); }, issued.command);
}

void StandIn::finish(Instant when, core::CommandId id, core::CommandFinished result) {
    result.id = id;
    due_.emplace(when, std::move(result));
}

void StandIn::answer(Instant when, core::CommandId id, const command::CreateSubflow& join) {
    constexpr std::uint16_t firstPort = 1024;
    const auto fate = evidence_.fateOf(join, when);
    core::CommandFinished result;
    result.refusal = fate.refusal;
    result.error = fate.refusalError;
    finish(when, id, std::move(result));
    if (fate.refusal != core::Refusal::none)
        return;
    event::Subflow subflow;
    subflow.token = join.token;
    nextPort_ = std::max(firstPort, static_cast<std::uint16_t>(nextPort_ + 1));
    subflow.tuple = {{join.local, join.localPort == 0 ? nextPort_ : join.localPort}, join.remote};
    subflow.localId = join.localId;
    subflow.remoteId = join.remoteId;
    subflow.boundTo = join.link;
    if (fate.established) {
        due_.emplace(when + fate.after, core::KernelEvent{event::SubflowEstablished{subflow}});
        return;
    }
    event::SubflowClosed failed{subflow, fate.error, std::nullopt, false};
    due_.emplace(when + fate.after, core::KernelEvent{failed});
}

/// The subflow may live on in the recording.
void StandIn::ended(Instant when, const core::FourTuple& tuple, Token token, std::uint8_t error) {
    const Key key{token, tuple.local, tuple.remote};
    event::SubflowClosed closed;
    closed.token = token;
    closed.tuple = tuple;
    closed.error = error;
    if (const auto row = here_.extract(key); !row.empty()) {
        closed.localId = row.mapped().localId;
        closed.remoteId = row.mapped().remoteId;
        closed.boundTo = row.mapped().boundTo;
    }
    if (onlyHere_.erase(key) == 0)
        onlyThere_.insert(key);
    due_.emplace(when, core::KernelEvent{closed});
}

void StandIn::answer(Instant when, core::CommandId id, const command::DestroySubflow& end) {
    finish(when, id, {});
    ended(when, end.tuple, end.token, 0);
}

void StandIn::answer(Instant when, core::CommandId id, const command::ResetSubflow& end) {
    finish(when, id, {});
    ended(when, end.tuple, end.token, ECONNABORTED);
}

void StandIn::answer(Instant when, core::CommandId id, const command::CancelJoin& cancel) {
    const auto [first, last] = joins_.equal_range(cancel.token);
    const auto shared = std::find_if(first, last, [&cancel](const auto& each) {
        const auto& join = each.second;
        return join.known == Known::toBoth && join.local == cancel.local &&
               join.remote == cancel.remote;
    });
    if (shared != last)
        shared->second.known = Known::toRecordedOnly;
    core::CommandFinished result;
    if (shared == last && !dropDue(cancel)) {
        result.refusal = core::Refusal::byErrno;
        result.error = ENOENT;
        return finish(when, id, std::move(result));
    }
    finish(when, id, std::move(result));
    event::SubflowClosed closed;
    closed.token = cancel.token;
    closed.tuple = {{cancel.local, 0}, {cancel.remote.address, 0}};
    closed.boundTo = cancel.link;
    closed.error = ECONNABORTED;
    due_.emplace(when, core::KernelEvent{closed});
}

/// Whether a join of the replayed core's alone was under way, which then is no more.
bool StandIn::dropDue(const command::CancelJoin& cancel) {
    const auto names = [&cancel](const event::Subflow& subflow) {
        return subflow.token == cancel.token && subflow.tuple.local.address == cancel.local &&
               subflow.tuple.remote == cancel.remote;
    };
    return std::erase_if(due_, [&names](const auto& each) {
               const auto* told = std::get_if<core::KernelEvent>(&each.second);
               const auto* up = told ? std::get_if<event::SubflowEstablished>(told) : nullptr;
               const auto* failed = told ? std::get_if<event::SubflowClosed>(told) : nullptr;
               return (up && names(*up)) || (failed && names(*failed));
           }) > 0;
}

void StandIn::answer(Instant when, core::CommandId id, const command::AskIds& question) {
    finish(when, id, evidence_.answerOf(question));
}

void StandIn::answer(Instant when, core::CommandId id, const command::AskFacts& question) {
    finish(when, id, evidence_.answerOf(question));
}

template <class Other>
void StandIn::answer(Instant when, core::CommandId id, const Other& /*other*/) {
    finish(when, id, {});
}

void StandIn::listen(Instant when, const Endpoint& local) {
    if (inStep_)
        listening_.push_back(local);
    else
        due_.emplace(when, core::ListenerOpened{local, 0});
}

void StandIn::gap(Instant when) {
    differ(when);
    core::CommandFinished unanswered;
    unanswered.refusal = core::Refusal::unanswered;
    for (const auto& [there, here] : ids_)
        finish(when, here, unanswered);
    ids_.clear();
}

} // namespace subflowd::ctl::replay
