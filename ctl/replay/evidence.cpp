// SPDX-License-Identifier: BSD-3-Clause
#include "replay/evidence.hpp"

#include <algorithm>

namespace subflowd::ctl::replay {

namespace {

namespace command = core::command;
namespace event = core::event;

Duration distance(Instant a, Instant b) {
    return a < b ? b - a : a - b;
}

} // namespace

void Evidence::see(const recording::Entry& entry) {
    if (const auto* input = std::get_if<core::Input>(&entry.what))
        see(entry.when, *input);
    else if (const auto* issued = std::get_if<recording::Issued>(&entry.what))
        see(entry.when, *issued);
}

void Evidence::see(Instant when, const recording::Issued& issued) {
    for (const auto& [id, what] : issued.commands) {
        if (const auto* join = std::get_if<command::CreateSubflow>(&what))
            joins_.emplace(join->token, Asked{id, *join, when});
        else if (const auto* ids = std::get_if<command::AskIds>(&what))
            questions_[id] = ids->token;
        else if (const auto* facts = std::get_if<command::AskFacts>(&what))
            questions_[id] = facts->token;
    }
}

void Evidence::see(Instant when, const core::Input& input) {
    if (const auto* result = std::get_if<core::CommandFinished>(&input))
        return finished(*result);
    const auto* told = std::get_if<core::KernelEvent>(&input);
    if (!told)
        return;
    if (const auto* established = std::get_if<event::SubflowEstablished>(told))
        concluded(when, *established, {});
    else if (const auto* closed = std::get_if<event::SubflowClosed>(told))
        concluded(when, *closed, {core::Refusal::none, 0, false, closed->error, {}});
    else if (const auto* gone = std::get_if<event::Closed>(told))
        joins_.erase(gone->token);
}

void Evidence::finished(const core::CommandFinished& result) {
    if (const auto question = questions_.extract(result.id); !question.empty()) {
        auto& answer = answers_[question.mapped()];
        if (!result.ids.empty())
            answer.ids = result.ids;
        if (result.facts) {
            answer.facts = result.facts;
            answer.controlGroup = result.controlGroup;
        }
        return;
    }
    if (result.refusal == core::Refusal::none)
        return;
    const auto at =
        std::ranges::find(joins_, result.id, [](const auto& each) { return each.second.id; });
    if (at == joins_.end())
        return;
    const auto& [id, join, when] = at->second;
    fates_[{join.local, join.remote}].push_back(
        {when, {result.refusal, result.error, false, 0, {}}});
    joins_.erase(at);
}

/// An event of a subflow that was asked for says how that ended; the end of an older one does not.
void Evidence::concluded(Instant when, const event::Subflow& subflow, Fate fate) {
    const auto [first, last] = joins_.equal_range(subflow.token);
    const auto at = std::find_if(first, last, [&subflow](const auto& each) {
        const auto& join = each.second.join;
        return join.local == subflow.tuple.local.address && join.remote == subflow.tuple.remote;
    });
    if (at == last)
        return;
    fate.after = when - at->second.when;
    const auto& join = at->second.join;
    fates_[{join.local, join.remote}].push_back({at->second.when, fate});
    joins_.erase(at);
}

Evidence::Fate Evidence::fateOf(const command::CreateSubflow& join, Instant when) const {
    const auto known = fates_.find({join.local, join.remote});
    if (known == fates_.end())
        return {};
    const auto nearest = std::ranges::min_element(
        known->second, {}, [when](const Ended& ended) { return distance(ended.when, when); });
    return nearest->fate;
}

core::CommandFinished Evidence::answerOf(const command::AskIds& question) const {
    core::CommandFinished answer;
    if (const auto known = answers_.find(question.token); known != answers_.end())
        answer.ids = known->second.ids;
    return answer;
}

core::CommandFinished Evidence::answerOf(const command::AskFacts& question) const {
    core::CommandFinished answer;
    if (const auto known = answers_.find(question.token); known != answers_.end()) {
        answer.facts = known->second.facts;
        answer.controlGroup = known->second.controlGroup;
    }
    return answer;
}

} // namespace subflowd::ctl::replay
