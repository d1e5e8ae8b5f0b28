// SPDX-License-Identifier: BSD-3-Clause
#include "config/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace subflowd::config {

namespace {

template <class Words>
std::string joinedWords(const Words& words) {
    std::string text;
    for (const auto& word : words) {
        if (!text.empty())
            text += ' ';
        text += word;
    }
    return text;
}

std::uint32_t byteAt(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// How many bytes the UTF-8 sequence takes that a byte begins; 0 if none begins with it.
std::size_t sequenceLength(std::uint32_t first) {
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/// Removes one character (RFC 3629 §4) from the front. 0 if there is none.
std::uint32_t takeCharacter(std::string_view& text) {
    const auto first = byteAt(text, 0);
    const auto length = sequenceLength(first);
    if (length == 0 || length > text.size())
        return 0;
    auto character = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byteAt(text, i) & 0xc0U) != 0x80U)
            return 0;
        character = character << 6U | (byteAt(text, i) & 0x3fU);
    }
    text.remove_prefix(length);
    const bool overlong =
        (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
    const bool surrogate = character >= 0xd800 && character < 0xe000;
    return overlong || surrogate || character > 0x10ffff ? 0 : character;
}

bool isControl(std::uint32_t character) {
    return (character < 0x20 && character != '\t') || (character >= 0x7f && character < 0xa0);
}

} // namespace

bool isSpace(char character) {
    return character == ' ' || character == '\t' || character == '\r' || character == '\f' ||
           character == '\v';
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> found;
    for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
        const auto end = std::ranges::find_if(text, isSpace);
        const auto length = static_cast<std::size_t>(end - text.begin());
        found.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return found;
}

std::string joined(std::span<const std::string_view> words) {
    return joinedWords(words);
}

std::string joined(std::span<const std::string> words) {
    return joinedWords(words);
}

std::string quoted(std::string_view text) {
    return '"' + std::string{text} + '"';
}

bool isPlainText(std::string_view text) {
    while (!text.empty())
        if (isControl(takeCharacter(text)))
            return false;
    return true;
}

} // namespace subflowd::config
