// SPDX-License-Identifier: BSD-3-Clause
#include "host/repeat_filter.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace subflowd::host {

std::optional<std::uint32_t> RepeatFilter::pass(Instant now, std::string_view text) {
    const auto hash = std::hash<std::string_view>{}(text);
    const auto at = std::ranges::find_if(shown_, [hash](const Shown& shown) {
        return shown.when != Instant::min() && shown.hash == hash;
    });
    if (at == shown_.end()) {
        *std::ranges::min_element(shown_, {}, &Shown::when) = {hash, now, 0};
        return 0;
    }
    if (now - at->when < interval) {
        ++at->suppressed;
        return std::nullopt;
    }
    at->when = now;
    return std::exchange(at->suppressed, 0);
}

} // namespace subflowd::host
