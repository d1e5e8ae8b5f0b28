// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/connection.hpp"

#include <subflowd/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace subflowd::core {

/// What must be known of a command when its answer comes.
struct InFlight {
    CommandId id{};
    enum class Kind : std::uint8_t {
        createSubflow,
        destroySubflow,
        resetSubflow,
        cancelJoin,
        setPriority,
        announce,
        removeAddress,
        askIds,
        askFacts,
    } kind = Kind::createSubflow;
    Token token{};
    FourTuple tuple; ///< of the subflow; the local address alone where there is none
    AddressId localId{};
    Priority priority = Priority::regular;
    CommandId join{}; ///< of cancelJoin: the command that asked for the join; none if it was found
    Instant issued{};
};

/// Commands that were issued and not answered: a ring by number that grows when it must.
class InFlightTable {
  public:
    /// What nextId() will give.
    CommandId comingId() const {
        return static_cast<CommandId>(next_ == UINT32_MAX ? 1 : next_ + 1);
    }

    CommandId nextId() {
        const auto id = comingId();
        next_ = static_cast<std::uint32_t>(id);
        return id;
    }

    void add(const InFlight& command) {
        while (cells_[place(command.id)].id != CommandId{})
            grow();
        cells_[place(command.id)] = command;
        ++count_;
    }

    /// Takes a command out; nothing if the number is not known.
    std::optional<InFlight> take(CommandId id) {
        auto& cell = cells_[place(id)];
        if (id == CommandId{} || cell.id != id)
            return std::nullopt;
        --count_;
        const auto taken = cell;
        cell = {};
        return taken;
    }

    std::size_t size() const { return count_; }

  private:
    std::size_t place(CommandId id) const {
        return static_cast<std::size_t>(id) & (cells_.size() - 1);
    }

    void grow() {
        std::vector<InFlight> old(cells_.size() * 2);
        std::swap(old, cells_);
        for (const auto& cell : old)
            if (cell.id != CommandId{})
                cells_[place(cell.id)] = cell;
    }

    std::vector<InFlight> cells_ = std::vector<InFlight>(64);
    std::uint32_t next_ = 0;
    std::size_t count_ = 0;
};

} // namespace subflowd::core
