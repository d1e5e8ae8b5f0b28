// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/ids.hpp>
#include <subflowd/time.hpp>

#include <algorithm>
#include <vector>

namespace subflowd::core {

/// When which connection is to be looked at again. Entries are not removed when they become
/// stale; whoever takes them out knows whether they still count.
class TimerQueue {
  public:
    struct Entry {
        Instant at{};
        Token token{};
    };

    void push(Instant at, Token token) {
        heap_.push_back({at, token});
        std::ranges::push_heap(heap_, later);
    }

    bool empty() const { return heap_.empty(); }

    const Entry& first() const { return heap_.front(); }

    void pop() {
        std::ranges::pop_heap(heap_, later);
        heap_.pop_back();
    }

  private:
    static bool later(const Entry& a, const Entry& b) { return a.at > b.at; }

    std::vector<Entry> heap_;
};

} // namespace subflowd::core
