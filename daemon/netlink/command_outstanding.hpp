// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"

#include <subflowd/time.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace subflowd::netlink {

/// Requests that wait for their answers, the oldest first. Answers come nearly in order, so that
/// the oldest is nearly always the one. Allocates only to hold more than it ever held.
/// A Request has the members `id` and `deadline`; deadlines do not decrease.
template <class Request>
class Outstanding {
  public:
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    void push(Request request) {
        if (size_ == slots_.size())
            grow();
        at(size_++) = {std::move(request), false};
    }

    /// The oldest that has no answer; not if empty().
    [[nodiscard]] Request& oldest() { return slots_[head_].request; }

    [[nodiscard]] const Request& oldest() const { return slots_[head_].request; }

    /// Nothing if there is no such request, or it was answered.
    [[nodiscard]] Request* find(core::CommandId id) {
        for (std::size_t i = 0; i < size_; ++i)
            if (!at(i).answered && at(i).request.id == id)
                return &at(i).request;
        return nullptr;
    }

    /// Forgets a request; references to it end.
    void remove(core::CommandId id) {
        std::size_t i = 0;
        while (i < size_ && (at(i).answered || at(i).request.id != id))
            ++i;
        if (i < size_)
            at(i).answered = true;
        while (size_ != 0 && slots_[head_].answered) {
            head_ = (head_ + 1) % slots_.size();
            --size_;
        }
    }

  private:
    struct Slot {
        Request request;
        bool answered = false;
    };

    Slot& at(std::size_t position) { return slots_[(head_ + position) % slots_.size()]; }

    void grow() {
        std::vector<Slot> larger(slots_.empty() ? 64 : slots_.size() * 2);
        for (std::size_t i = 0; i < size_; ++i)
            larger[i] = std::move(at(i));
        slots_ = std::move(larger);
        head_ = 0;
    }

    std::vector<Slot> slots_;
    std::size_t head_ = 0;
    std::size_t size_ = 0;
};

} // namespace subflowd::netlink
