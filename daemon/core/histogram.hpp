// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace subflowd::core {

/// How often something took how long, by powers of two of a microsecond. Adding to it is a handful
/// of instructions, so that it may stand where every event passes.
class Histogram {
  public:
    static constexpr std::size_t buckets = 24;

    /// What a bucket holds at the most; what is longer than all others is in the last one.
    static constexpr Duration bound(std::size_t bucket) {
        return bucket + 1 < buckets ? Duration{std::chrono::microseconds{std::int64_t{1} << bucket}}
                                    : Duration::max();
    }

    /// What took less than nothing took nothing.
    void add(Duration duration) {
        const auto took = std::max(duration, Duration::zero());
        const auto below = std::max(took - Duration{1}, Duration::zero()); // a bound is within
        const auto microseconds = static_cast<std::uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(below).count());
        const auto bucket = static_cast<std::size_t>(std::bit_width(microseconds));
        ++counts_[std::min(bucket, buckets - 1)];
        sum_ += took;
    }

    /// Of each bucket alone.
    const std::array<std::uint64_t, buckets>& counts() const { return counts_; }

    /// All of it together.
    Duration sum() const { return sum_; }

    friend bool operator==(const Histogram&, const Histogram&) = default;

  private:
    std::array<std::uint64_t, buckets> counts_{};
    Duration sum_{};
};

} // namespace subflowd::core
