// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace subflowd::host {

/// Keeps a message that comes again and again from filling the log: each text once in an
/// interval. Remembers the texts of late, not all.
class RepeatFilter {
  public:
    static constexpr Duration interval = std::chrono::seconds{10};

    /// Whether to show a text now: nothing if it was shown within the interval, else how often it
    /// was not shown since.
    std::optional<std::uint32_t> pass(Instant now, std::string_view text);

  private:
    struct Shown {
        std::size_t hash = 0;
        Instant when = Instant::min();
        std::uint32_t suppressed = 0;
    };

    std::array<Shown, 64> shown_{};
};

} // namespace subflowd::host
