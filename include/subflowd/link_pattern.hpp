// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string_view>

/// Names of links as an administrator writes them: "eth0", "wwan*", "wl?0".
namespace subflowd {

/// Whether a text can be the name of a link, or a pattern of such names. The kernel takes names of
/// at most 15 bytes, without slashes, colons and white space.
constexpr bool isLinkPattern(std::string_view text) {
    constexpr std::string_view excluded{"/: \t\n\v\f\r"};
    constexpr std::size_t longestName = 15; // IFNAMSIZ - 1
    if (text.empty() || text.find_first_of(excluded) != std::string_view::npos)
        return false;
    return text.size() <= longestName || text.find('*') != std::string_view::npos;
}

/// Whether a name fits a pattern in which * stands for any text and ? for one character.
constexpr bool fitsLinkPattern(std::string_view pattern, std::string_view name) {
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace subflowd
