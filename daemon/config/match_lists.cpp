// SPDX-License-Identifier: BSD-3-Clause
#include "config/match_lists.hpp"

#include "config/text.hpp"
#include "config/values.hpp"
#include "core/control_group.hpp"

#include <pwd.h>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace subflowd::config {

namespace {

constexpr std::uint32_t allBits = std::numeric_limits<std::uint32_t>::max();

std::optional<std::uint32_t> userOf(std::string_view word) {
    if (const auto number = parseNumber(word, 0, allBits - 1)) // the last one is nobody's
        return static_cast<std::uint32_t>(*number);
    const std::string name{word};
    const auto* user = getpwnam(name.c_str());
    return user ? std::optional{user->pw_uid} : std::nullopt;
}

std::optional<std::uint32_t> parseBits(std::string_view text) {
    const bool hexadecimal = text.starts_with("0x");
    if (hexadecimal)
        text.remove_prefix(2);
    std::uint32_t bits = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, bits, hexadecimal ? 16 : 10);
    return read.ec == std::errc{} && read.ptr == end ? std::optional{bits} : std::nullopt;
}

std::optional<core::MarkMatch> parseMark(std::string_view word) {
    const auto slash = word.find('/');
    const auto value = parseBits(word.substr(0, slash));
    const auto mask = slash == std::string_view::npos ? std::optional{allBits}
                                                      : parseBits(word.substr(slash + 1));
    if (!value || !mask)
        return std::nullopt;
    return core::MarkMatch{*value, *mask};
}

std::string hexadecimal(std::uint32_t bits) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bits, 16).ptr;
    return "0x" + std::string{digits.data(), end};
}

} // namespace

Problem readUsers(std::string_view value, std::vector<std::uint32_t>& users) {
    std::vector<std::uint32_t> read;
    for (const auto word : words(value)) {
        const auto user = userOf(word);
        if (!user)
            return "there is no user " + quoted(word) + " on this host";
        read.push_back(*user);
    }
    users = std::move(read);
    return std::nullopt;
}

std::string writeUsers(std::span<const std::uint32_t> users) {
    std::vector<std::string> texts;
    for (const auto user : users)
        texts.push_back(std::to_string(user));
    return joined(texts);
}

Problem readControlGroups(std::string_view value, std::vector<std::string>& names) {
    std::vector<std::string> read;
    for (const auto word : words(value)) {
        if (!core::isControlGroupName(word))
            return "wants units such as firefox.service, or paths such as /user.slice, and " +
                   quoted(word) + " is neither";
        read.emplace_back(word);
    }
    names = std::move(read);
    return std::nullopt;
}

Problem readMarks(std::string_view value, std::vector<core::MarkMatch>& marks) {
    std::vector<core::MarkMatch> read;
    for (const auto word : words(value)) {
        const auto mark = parseMark(word);
        if (!mark)
            return "wants marks such as 7 or 0x10/0xff, and " + quoted(word) + " is none";
        if ((mark->value & ~mark->mask) != 0)
            return quoted(word) + " fits no socket: the value has bits that the mask has not";
        read.push_back(*mark);
    }
    marks = std::move(read);
    return std::nullopt;
}

std::string writeMarks(std::span<const core::MarkMatch> marks) {
    std::vector<std::string> texts;
    for (const auto& [value, mask] : marks)
        texts.push_back(mask == allBits ? hexadecimal(value)
                                        : hexadecimal(value) + '/' + hexadecimal(mask));
    return joined(texts);
}

} // namespace subflowd::config
