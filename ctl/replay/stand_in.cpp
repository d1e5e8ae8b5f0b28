// SPDX-License-Identifier: BSD-3-Clause
#include "replay/stand_in.hpp"

#include <algorithm>

/// What the recording tells, on its way to the replayed core.
namespace subflowd::ctl::replay {

namespace {

namespace event = core::event;
namespace snapshot = core::snapshot;

snapshot::Subflow rowOf(const event::Created& created) {
    snapshot::Subflow row;
    row.token = created.token;
    row.tuple = created.initial;
    row.initial = true;
    row.openedHere = created.side == Side::client;
    row.fullyEstablished = true;
    return row;
}

snapshot::Subflow rowOf(const event::Subflow& subflow) {
    snapshot::Subflow row;
    row.token = subflow.token;
    row.tuple = subflow.tuple;
    row.localId = subflow.localId;
    row.remoteId = subflow.remoteId;
    row.peerPriority = subflow.peerPriority;
    row.openedHere = true;
    row.fullyEstablished = true;
    row.boundTo = subflow.boundTo;
    return row;
}

} // namespace

std::vector<core::Input> StandIn::translate(core::Input input) {
    if (std::holds_alternative<core::Tick>(input) && !inStep_)
        return {};
    if (const auto* told = std::get_if<core::KernelEvent>(&input))
        return pass(*told);
    if (auto* part = std::get_if<core::SnapshotPart>(&input))
        return pass(std::move(*part));
    if (auto* result = std::get_if<core::CommandFinished>(&input))
        return pass(std::move(*result));
    if (const auto* opened = std::get_if<core::ListenerOpened>(&input))
        return pass(*opened);
    return {std::move(input)};
}

StandIn::Passed StandIn::pass(core::CommandFinished result) {
    if (result.refusal != core::Refusal::none)
        std::erase_if(joins_, [&](const auto& each) { return each.second.id == result.id; });
    const auto same = ids_.extract(result.id);
    if (same.empty())
        return {};
    result.id = same.mapped();
    return {std::move(result)};
}

StandIn::Passed StandIn::pass(const core::ListenerOpened& opened) {
    const auto at = std::ranges::find(listening_, opened.local);
    if (at == listening_.end())
        return {};
    listening_.erase(at);
    return {opened};
}

StandIn::Passed StandIn::pass(const core::KernelEvent& told) {
    bool concerned = true;
    if (const auto* established = std::get_if<event::SubflowEstablished>(&told))
        concerned = concerns(*established);
    else if (const auto* closed = std::get_if<event::SubflowClosed>(&told))
        concerned = concerns(*closed);
    else if (const auto* priority = std::get_if<event::SubflowPriority>(&told))
        concerned = !onlyThere_.contains(keyOf(*priority));
    else if (const auto* gone = std::get_if<event::Closed>(&told))
        forget(gone->token);
    else if (const auto* created = std::get_if<event::Created>(&told))
        here_[{created->token, created->initial.local, created->initial.remote}] = rowOf(*created);
    if (!concerned)
        return {};
    return {told};
}

bool StandIn::concerns(const event::SubflowEstablished& established) {
    if (takeJoin(established) == Known::toRecordedOnly) {
        onlyThere_.insert(keyOf(established));
        return false;
    }
    here_[keyOf(established)] = rowOf(established);
    return true;
}

/// The end of a subflow that the recorded daemon commanded alone is none here.
bool StandIn::concerns(const event::SubflowClosed& closed) {
    const auto key = keyOf(closed);
    if (onlyThere_.erase(key) > 0 || onlyHere_.contains(key))
        return false;
    here_.erase(key);
    return takeJoin(closed) != Known::toRecordedOnly;
}

std::optional<StandIn::Known> StandIn::takeJoin(const event::Subflow& subflow) {
    const auto [first, last] = joins_.equal_range(subflow.token);
    const auto at = std::find_if(first, last, [&subflow](const auto& each) {
        const auto& join = each.second;
        return join.local == subflow.tuple.local.address && join.remote == subflow.tuple.remote;
    });
    if (at == last)
        return std::nullopt;
    const auto known = at->second.known;
    joins_.erase(at);
    return known;
}

/// A snapshot lists what there was; here it lists what there is.
StandIn::Passed StandIn::pass(core::SnapshotPart part) {
    Passed passed;
    if (std::holds_alternative<snapshot::Begun>(part))
        listed_.clear();
    else if (const auto* connection = std::get_if<snapshot::Connection>(&part))
        listed_.insert(connection->token);
    else if (const auto* subflow = std::get_if<snapshot::Subflow>(&part)) {
        if (onlyThere_.contains(keyOf(*subflow)))
            return {};
        here_[keyOf(*subflow)] = *subflow;
    } else if (std::holds_alternative<snapshot::Ended>(part))
        for (const auto& key : onlyHere_)
            if (const auto row = here_.find(key); row != here_.end() && listed_.contains(key.token))
                passed.emplace_back(core::SnapshotPart{row->second});
    passed.emplace_back(std::move(part));
    return passed;
}

void StandIn::forget(Token token) {
    const auto ofToken = [token](const Key& key) { return key.token == token; };
    std::erase_if(onlyThere_, ofToken);
    std::erase_if(onlyHere_, ofToken);
    std::erase_if(here_, [&](const auto& each) { return ofToken(each.first); });
    joins_.erase(token);
    std::erase_if(due_, [token](const auto& each) {
        const auto* told = std::get_if<core::KernelEvent>(&each.second);
        const auto* established = told ? std::get_if<event::SubflowEstablished>(told) : nullptr;
        const auto* closed = told ? std::get_if<event::SubflowClosed>(told) : nullptr;
        return (established && established->token == token) || (closed && closed->token == token);
    });
}

core::Input StandIn::takeDue() {
    auto input = std::move(due_.extract(due_.begin()).mapped());
    if (const auto* told = std::get_if<core::KernelEvent>(&input))
        if (const auto* established = std::get_if<event::SubflowEstablished>(told)) {
            onlyHere_.insert(keyOf(*established));
            here_[keyOf(*established)] = rowOf(*established);
        }
    return input;
}

} // namespace subflowd::ctl::replay
