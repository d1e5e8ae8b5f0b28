// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/join_search.hpp"

#include "netlink/diag_codec.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace subflowd::netlink {
namespace {

/// A kernel that does not know MPTCP_PM_ADDR_ATTR_IF_IDX leaves the join unbound.
bool isOn(const core::snapshot::Subflow& subflow, LinkIndex link) {
    return subflow.boundTo == link || subflow.boundTo == noLink;
}

bool isOf(const core::snapshot::Subflow& subflow, const core::command::CancelJoin& join) {
    return subflow.token == join.token && subflow.tuple.local.address == join.local &&
           subflow.tuple.remote == join.remote && subflow.tuple.form == join.form &&
           isOn(subflow, join.link);
}

/// The initial subflow is the application's own, in whatever state.
bool isPendingJoin(const core::snapshot::Subflow& subflow) {
    return subflow.state == SubflowState::pending && !subflow.initial && subflow.openedHere;
}

} // namespace

void JoinSearch::add(core::CommandId id, const core::command::CancelJoin& join) {
    waiting_.push_back({id, join, std::nullopt});
}

std::size_t JoinSearch::begin(std::span<std::byte> buffer) {
    if (underWay() || waiting_.empty())
        return 0;
    const auto family = familyOf(waiting_.front().join);
    const auto others =
        std::stable_partition(waiting_.begin(), waiting_.end(), [family](const Sought& sought) {
            return familyOf(sought.join) == family;
        });
    std::move(waiting_.begin(), others, std::back_inserter(sought_));
    waiting_.erase(waiting_.begin(), others);
    return encodeJoinDump(id(), family, buffer);
}

void JoinSearch::take(const Message& row) {
    const auto subflow = decodeSubflow(row);
    const auto socket = decodeSocket(row);
    if (!subflow || !socket || !isPendingJoin(*subflow))
        return;
    const auto wanted = std::ranges::find_if(
        sought_, [&](const Sought& sought) { return isOf(*subflow, sought.join); });
    if (wanted == sought_.end())
        return;
    wanted->found = socket;
    wanted->found->id = wanted->id;
}

std::vector<JoinSearch::Sought> JoinSearch::end() {
    return std::exchange(sought_, {});
}

void JoinSearch::clear() {
    waiting_.clear();
    sought_.clear();
}

} // namespace subflowd::netlink
