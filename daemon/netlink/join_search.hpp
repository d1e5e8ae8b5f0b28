// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "netlink/query_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace subflowd::netlink {

/// Finds the sockets of joins that are to be cancelled. No request can name them, because only the
/// kernel knows their ports: a dump of the TCP sockets in SYN-SENT, of which there are few, answers
/// for all joins that waited when it began. What goes through the socket is the caller's business.
class JoinSearch {
  public:
    struct Sought {
        core::CommandId id{};
        core::command::CancelJoin join;
        std::optional<FoundSocket> found; ///< its `id` is the command's
    };

    /// A join to be found by the next dump.
    void add(core::CommandId id, const core::command::CancelJoin& join);

    /// Writes the request for the next dump, as query_codec.hpp does; 0 if none is needed, or one
    /// is under way.
    [[nodiscard]] std::size_t begin(std::span<std::byte> buffer);

    [[nodiscard]] bool underWay() const noexcept { return !sought_.empty(); }

    /// The sequence number of the dump under way: that of one of its commands, which is not used
    /// for anything else until the dump has ended.
    [[nodiscard]] core::CommandId id() const { return sought_.front().id; }

    /// A row of the dump under way.
    void take(const Message& row);

    /// Ends the dump under way, complete or not.
    [[nodiscard]] std::vector<Sought> end();

    /// Forgets everything.
    void clear();

  private:
    std::vector<Sought> waiting_;
    std::vector<Sought> sought_; ///< by the dump under way
};

} // namespace subflowd::netlink
