// SPDX-License-Identifier: BSD-3-Clause
#include "config/values.hpp"

#include <subflowd/duration_text.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace subflowd::config {

namespace {

bool isLetterOrDigit(char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z');
}

/// The power of two that a size's suffix stands for.
unsigned shiftOf(char suffix) {
    switch (suffix) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    default:
        return 0;
    }
}

/// The longer first.
constexpr std::array<Named<Duration>, 5> units{{{"h", std::chrono::hours(1)},
                                                {"min", std::chrono::minutes(1)},
                                                {"s", std::chrono::seconds(1)},
                                                {"ms", std::chrono::milliseconds(1)},
                                                {"us", std::chrono::microseconds(1)}}};
constexpr Duration shortestInterval = std::chrono::microseconds(1);
constexpr Duration longestInterval = std::chrono::hours(1);

} // namespace

const std::array<Named<bool>, 8> truths{{{"yes", true},
                                         {"no", false},
                                         {"true", true},
                                         {"false", false},
                                         {"on", true},
                                         {"off", false},
                                         {"1", true},
                                         {"0", false}}};

std::optional<std::uint64_t> parseNumber(std::string_view text, std::uint64_t least,
                                         std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
        return std::nullopt;
    return value;
}

std::optional<std::uint64_t> parseSize(std::string_view text) {
    const auto shift = text.empty() ? 0 : shiftOf(text.back());
    if (shift != 0)
        text.remove_suffix(1);
    const auto most = std::numeric_limits<std::uint64_t>::max() >> shift;
    const auto number = parseNumber(text, 0, most);
    return number ? std::optional{*number << shift} : std::nullopt;
}

std::optional<core::PortRange> parsePorts(std::string_view text) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint16_t>::max();
    const auto dash = text.find('-');
    const auto first = parseNumber(text.substr(0, dash), 1, most);
    const auto last =
        dash == std::string_view::npos ? first : parseNumber(text.substr(dash + 1), 1, most);
    if (!first || !last || *first > *last)
        return std::nullopt;
    return core::PortRange{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
}

std::optional<core::Allowance> parseAllowance(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    const auto burst =
        parseNumber(text.substr(0, slash), 1, std::numeric_limits<std::uint16_t>::max());
    const auto interval = parseDuration(text.substr(slash + 1), shortestInterval, longestInterval);
    if (!burst || !interval)
        return std::nullopt;
    return core::Allowance{static_cast<std::uint16_t>(*burst), *interval};
}

std::string toString(const core::Allowance& allowance) {
    const auto burst = std::to_string(allowance.burst) + '/';
    for (const auto& [word, unit] : units)
        if (allowance.interval % unit == Duration::zero())
            return burst + std::to_string(allowance.interval / unit) + std::string{word};
    return burst + std::to_string(allowance.interval.count()) + "ns";
}

bool isName(std::string_view text) {
    return !text.empty() && isLetterOrDigit(text.front()) &&
           std::ranges::all_of(text, [](char character) {
               return isLetterOrDigit(character) || character == '-' || character == '_' ||
                      character == '.';
           });
}

} // namespace subflowd::config
