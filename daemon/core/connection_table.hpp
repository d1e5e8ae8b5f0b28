// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/flat_index.hpp"

#include <cstddef>
#include <deque>
#include <vector>

namespace subflowd::core {

/// All connections, by token. A slot that was used keeps its memory for the next connection, so
/// that connections that come and go allocate nothing.
class ConnectionTable {
  public:
    Connection* find(Token token);
    const Connection* find(Token token) const;

    /// Adds an empty record. The token is not there yet.
    Connection& add(Token token);

    void erase(Connection& connection);

    std::size_t size() const { return index_.size(); }

    /// Slots, used or not; for walks that go on while connections come and go.
    std::size_t slots() const { return slots_.size(); }

    Connection& slot(std::size_t at) { return slots_[at]; }

    const Connection& slot(std::size_t at) const { return slots_[at]; }

  private:
    std::deque<Connection> slots_;
    std::vector<std::uint32_t> free_;
    FlatIndex index_;
};

} // namespace subflowd::core
