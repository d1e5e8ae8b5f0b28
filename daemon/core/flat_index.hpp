// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace subflowd::core {

/// Mixes the bits of a number so that neighbours land far apart (the finaliser of splitmix64).
constexpr std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

/// Finds positions in somebody else's array by hash: open addressing, no allocation once it has
/// grown to the size that is needed. Keeps the hash beside the position, so that it never has to
/// look into the array but to compare.
class FlatIndex {
  public:
    template <class Equal>
    std::optional<std::uint32_t> find(std::uint64_t hash, Equal&& equal) const {
        if (cells_.empty())
            return std::nullopt;
        const auto folded = fold(hash);
        for (std::size_t at = folded & mask(); cells_[at].occupant != 0; at = (at + 1) & mask())
            if (cells_[at].hash == folded && equal(cells_[at].occupant - 1))
                return cells_[at].occupant - 1;
        return std::nullopt;
    }

    /// The caller knows that it is not there yet.
    void insert(std::uint64_t hash, std::uint32_t position) {
        if ((used_ + 1) * 4 > cells_.size() * 3)
            grow();
        place({fold(hash), position + 1});
        ++used_;
    }

    void erase(std::uint64_t hash, std::uint32_t position) {
        if (cells_.empty())
            return;
        const auto folded = fold(hash);
        std::size_t at = folded & mask();
        while (cells_[at].occupant != 0 && cells_[at].occupant != position + 1)
            at = (at + 1) & mask();
        if (cells_[at].occupant == 0)
            return;
        closeGap(at);
        --used_;
    }

    std::size_t size() const { return used_; }

  private:
    struct Cell {
        std::uint32_t hash = 0;
        std::uint32_t occupant = 0; ///< position + 1; 0: empty
    };

    static constexpr std::uint32_t fold(std::uint64_t hash) {
        return static_cast<std::uint32_t>(hash);
    }

    std::size_t mask() const { return cells_.size() - 1; }

    void place(Cell cell) {
        std::size_t at = cell.hash & mask();
        while (cells_[at].occupant != 0)
            at = (at + 1) & mask();
        cells_[at] = cell;
    }

    void grow() {
        std::vector<Cell> old(cells_.empty() ? 16 : cells_.size() * 2);
        std::swap(old, cells_);
        for (const auto& cell : old)
            if (cell.occupant != 0)
                place(cell);
    }

    /// Moves later cells back over a freed one, so that no search stops too early.
    void closeGap(std::size_t gap) {
        std::size_t at = gap;
        while (true) {
            at = (at + 1) & mask();
            if (cells_[at].occupant == 0)
                break;
            const std::size_t home = cells_[at].hash & mask();
            if (((at - home) & mask()) >= ((at - gap) & mask())) {
                cells_[gap] = cells_[at];
                gap = at;
            }
        }
        cells_[gap] = Cell{};
    }

    std::vector<Cell> cells_;
    std::size_t used_ = 0;
};

} // namespace subflowd::core
