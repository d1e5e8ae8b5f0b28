// SPDX-License-Identifier: BSD-3-Clause
#include "core/remote_table.hpp"

#include "core/hash.hpp"

namespace subflowd::core {

RemoteRef RemoteTable::acquire(const Endpoint& endpoint) {
    const auto hash = hashOf(endpoint);
    const auto known = index_.find(
        hash, [&](std::uint32_t position) { return entries_[position].endpoint == endpoint; });
    if (known) {
        ++entries_[*known].users;
        return static_cast<RemoteRef>(*known);
    }
    if (free_.empty()) {
        free_.push_back(static_cast<RemoteRef>(entries_.size()));
        entries_.push_back({});
    }
    const auto ref = free_.back();
    free_.pop_back();
    (*this)[ref] = {endpoint, 1, JoinInitial::unknown, Token{}};
    index_.insert(hash, static_cast<std::uint32_t>(ref));
    return ref;
}

void RemoteTable::release(RemoteRef ref) {
    auto& entry = (*this)[ref];
    if (--entry.users > 0)
        return;
    index_.erase(hashOf(entry.endpoint), static_cast<std::uint32_t>(ref));
    free_.push_back(ref);
}

} // namespace subflowd::core
