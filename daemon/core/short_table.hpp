// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace subflowd::core {

/// A vector in the space of one pointer, for the tables of a connection: there may be a million
/// connections, each has seven tables, and most of them are empty for life. Elements are moved as
/// bytes. At most 65 535 of them.
template <class Element>
class ShortTable {
    static_assert(std::is_trivially_copyable_v<Element>);

  public:
    using value_type = Element;
    using iterator = Element*;
    using const_iterator = const Element*;

    ShortTable() = default;

    ~ShortTable() { release(); }

    ShortTable(ShortTable&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}

    ShortTable& operator=(ShortTable&& other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }

    iterator begin() { return elements(); }

    const_iterator begin() const { return elements(); }

    iterator end() { return elements() + size(); }

    const_iterator end() const { return elements() + size(); }

    Element* data() { return elements(); }

    const Element* data() const { return elements(); }

    std::size_t size() const { return block_ ? block_->size : 0; }

    bool empty() const { return size() == 0; }

    Element& operator[](std::size_t at) { return elements()[at]; }

    const Element& operator[](std::size_t at) const { return elements()[at]; }

    Element& front() { return *begin(); }

    const Element& front() const { return *begin(); }

    Element& back() { return *(end() - 1); }

    const Element& back() const { return *(end() - 1); }

    // NOLINTBEGIN(readability-identifier-naming): std::vector's names, for what stands in for one

    /// By value: the element may be one of this table.
    Element& push_back(Element element) {
        if (!block_ || block_->size == block_->capacity)
            grow();
        return *new (elements() + block_->size++) Element(element);
    }

    void pop_back() { --block_->size; }

    /// Returns what follows the erased elements.
    iterator erase(iterator first, iterator last) {
        if (first == last)
            return first;
        const auto after = std::copy(last, end(), first);
        block_->size = static_cast<std::uint16_t>(after - begin());
        return first;
    }

    iterator erase(iterator at) { return erase(at, at + 1); }

    /// Keeps the memory.
    void clear() {
        if (block_)
            block_->size = 0;
    }

    /// Gives the memory back.
    void release() {
        ::operator delete(block_);
        block_ = nullptr;
    }

    template <class Predicate>
    friend std::size_t erase_if(ShortTable& table, Predicate predicate) {
        const auto kept = std::remove_if(table.begin(), table.end(), predicate);
        const auto erased = table.end() - kept;
        table.erase(kept, table.end());
        return static_cast<std::size_t>(erased);
    }

    // NOLINTEND(readability-identifier-naming)

  private:
    static_assert(alignof(Element) <= alignof(std::max_align_t));

    struct alignas(std::max(alignof(Element), alignof(std::uint16_t))) Block {
        std::uint16_t size = 0;
        std::uint16_t capacity = 0;
    };

    Element* elements() const { return block_ ? reinterpret_cast<Element*>(block_ + 1) : nullptr; }

    void grow() {
        const std::size_t held = size();
        assert(held < std::numeric_limits<std::uint16_t>::max());
        const auto capacity = std::min<std::size_t>(held == 0 ? 1 : held * 2,
                                                    std::numeric_limits<std::uint16_t>::max());
        auto* larger = new (::operator new(sizeof(Block) + capacity * sizeof(Element))) Block;
        larger->size = static_cast<std::uint16_t>(held);
        larger->capacity = static_cast<std::uint16_t>(capacity);
        std::uninitialized_copy(begin(), end(), reinterpret_cast<Element*>(larger + 1));
        ::operator delete(block_);
        block_ = larger;
    }

    Block* block_ = nullptr;
};

} // namespace subflowd::core
