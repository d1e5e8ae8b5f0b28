// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/flat_index.hpp"

#include <subflowd/address.hpp>
#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>

#include <cstdint>
#include <vector>

namespace subflowd::core {

/// Stands for a remote endpoint, as long as somebody refers to it.
enum class RemoteRef : std::uint32_t {};

/// A remote endpoint, kept once however many connections go there.
struct RemoteEntry {
    Endpoint endpoint;
    std::uint32_t users = 0;

    /// What other connections showed about joins to this endpoint as an initial one, for those
    /// whose own events do not say (kernels that do not report the C flag).
    JoinInitial verdict = JoinInitial::unknown;

    /// The connection that finds out for all while the verdict is unknown; 0: none.
    Token leader{};
};

class RemoteTable {
  public:
    /// Finds or adds an endpoint; the caller becomes a user.
    RemoteRef acquire(const Endpoint& endpoint);

    void retain(RemoteRef ref) { ++(*this)[ref].users; }

    void release(RemoteRef ref);

    RemoteEntry& operator[](RemoteRef ref) { return entries_[static_cast<std::size_t>(ref)]; }

    const RemoteEntry& operator[](RemoteRef ref) const {
        return entries_[static_cast<std::size_t>(ref)];
    }

    std::size_t size() const { return index_.size(); }

  private:
    std::vector<RemoteEntry> entries_;
    std::vector<RemoteRef> free_;
    FlatIndex index_;
};

} // namespace subflowd::core
