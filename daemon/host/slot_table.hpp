// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace subflowd::host {

/// A hash table with linear probing in memory that belongs to somebody else. Slots have a `token`,
/// which several may share, and `used`. Never allocates. Erasing shifts what follows back, so that
/// there are no tombstones and a full table is full of entries.
template <class Slot>
class SlotTable {
    static_assert(std::is_trivially_copyable_v<Slot>);

  public:
    SlotTable() = default;

    /// The number of slots is a power of two, and all of them are empty.
    explicit SlotTable(std::span<Slot> slots)
        : slots_(slots), shift_(32U - static_cast<unsigned>(std::bit_width(slots.size() - 1))) {}

    std::size_t size() const { return size_; }

    /// Whether there is no room for another entry: some slots stay empty, so that looking up ends
    /// early.
    bool isFull() const { return size_ + 1 > slots_.size() / 4 * 3; }

    /// Calls `visit(Slot&)` for each entry with a token until it returns true; returns that entry,
    /// or null.
    template <class Visit>
    Slot* find(std::uint32_t token, Visit visit) const {
        for (auto at = homeOf(token); slots_[at].used != 0; at = next(at))
            if (slots_[at].token == token && visit(slots_[at]))
                return &slots_[at];
        return nullptr;
    }

    /// Adds an entry. The table is not full.
    void insert(const Slot& entry) {
        auto at = homeOf(entry.token);
        while (slots_[at].used != 0)
            at = next(at);
        slots_[at] = entry;
        ++size_;
    }

    /// Removes an entry of this table.
    void erase(Slot& entry) {
        auto hole = static_cast<std::size_t>(&entry - slots_.data());
        for (auto at = next(hole); slots_[at].used != 0; at = next(at))
            if (distance(homeOf(slots_[at].token), at) >= distance(hole, at)) {
                slots_[hole] = slots_[at];
                hole = at;
            }
        slots_[hole] = {};
        --size_;
    }

    /// Removes the entries for which `isUnwanted(const Slot&)`.
    template <class Unwanted>
    void eraseIf(Unwanted isUnwanted) {
        for (auto& slot : slots_)
            while (slot.used != 0 && isUnwanted(slot)) // erasing moves another entry here
                erase(slot);
    }

    std::span<const Slot> slots() const { return slots_; }

  private:
    std::size_t homeOf(std::uint32_t token) const {
        return std::uint32_t{token * 2654435769U} >> shift_; // Knuth's multiplicative hash
    }

    std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

    /// How far it is from one slot forward to another.
    std::size_t distance(std::size_t from, std::size_t to) const {
        return (to - from) & (slots_.size() - 1);
    }

    std::span<Slot> slots_;
    unsigned shift_ = 0;
    std::size_t size_ = 0;
};

} // namespace subflowd::host
