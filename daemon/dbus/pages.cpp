// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/pages.hpp"

#include <algorithm>

namespace subflowd::dbus {

Page pageOf(std::vector<Token> tokens, std::size_t limit, std::uint64_t cursor) {
    std::erase_if(tokens,
                  [cursor](Token token) { return static_cast<std::uint64_t>(token) < cursor; });
    Page page;
    if (tokens.size() > limit) {
        const auto cut = tokens.begin() + static_cast<std::ptrdiff_t>(limit);
        std::ranges::nth_element(tokens, cut);
        page.next = static_cast<std::uint64_t>(*cut);
        tokens.erase(cut, tokens.end());
    }
    std::ranges::sort(tokens);
    page.tokens = std::move(tokens);
    return page;
}

} // namespace subflowd::dbus
