// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/flat_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace subflowd::core {

/// All connections, by token. They live in chunks of 64. A slot that was used keeps the memory of
/// its tables for the next connection, so that connections that come and go allocate nothing;
/// chunks that a burst left empty are given back, but for a reserve.
class ConnectionTable {
  public:
    static constexpr std::size_t slotsOfChunk = 64;
    static constexpr std::size_t reserve = 16; ///< empty chunks that are kept

    Connection* find(Token token);
    const Connection* find(Token token) const;

    /// Adds an empty record. The token is not there yet.
    Connection& add(Token token);

    /// The record is gone, perhaps with its memory.
    void erase(Connection& connection);

    std::size_t size() const { return index_.size(); }

    /// Slots, used or not; for walks that go on while connections come and go.
    std::size_t slots() const { return chunks_.size() * slotsOfChunk; }

    /// Chunks that have memory, with a connection or in reserve.
    std::size_t heldChunks() const { return chunks_.size() - returned_; }

    /// Null: the slot is not used.
    Connection* at(std::size_t slot);
    const Connection* at(std::size_t slot) const;

    /// Visits each connection; the visitor may erase it.
    template <class Visit>
    void forEach(Visit visit) {
        for (std::size_t slot = 0; slot < slots(); ++slot)
            if (auto* connection = at(slot))
                visit(*connection);
    }

    template <class Visit>
    void forEach(Visit visit) const {
        for (std::size_t slot = 0; slot < slots(); ++slot)
            if (const auto* connection = at(slot))
                visit(*connection);
    }

  private:
    struct Chunk {
        std::uint64_t used = 0; ///< a bit for each slot
        std::array<Connection, slotsOfChunk> slots;
    };

    Chunk& chunkWithRoom(std::size_t& at);
    void emptied(std::size_t position);

    std::vector<std::unique_ptr<Chunk>> chunks_; ///< null: given back
    std::vector<std::uint64_t> roomy_;           ///< a bit for each chunk: it has a free slot
    std::size_t empty_ = 0;                      ///< chunks that are kept without a connection
    std::size_t returned_ = 0;                   ///< chunks that were given back
    FlatIndex index_;
};

} // namespace subflowd::core
