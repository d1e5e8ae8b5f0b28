// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace subflowd::dbus {

/// What a caller said, for a sentence that answers it: no name, address or word is longer than
/// this, and what is must not be repeated in a message. Cut between two characters of UTF-8: the
/// bus carries no halves.
inline std::string inQuotes(std::string_view text) {
    constexpr std::size_t longest = 128;
    constexpr unsigned char kind = 0xc0;
    constexpr unsigned char continuation = 0x80;
    if (text.size() <= longest)
        return "'" + std::string{text} + "'";
    auto end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & kind) == continuation)
        --end;
    return "'" + std::string{text.substr(0, end)} + "...'";
}

} // namespace subflowd::dbus
