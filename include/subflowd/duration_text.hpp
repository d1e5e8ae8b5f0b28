// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// Times as settings are written: a whole number of us, ms, s, min or h, as in "250ms"; without a
/// unit, of seconds.
namespace subflowd {

namespace detail {

/// How long one of a unit is; zero for what is none.
inline Duration unitOf(std::string_view name) {
    if (name == "us")
        return std::chrono::microseconds(1);
    if (name == "ms")
        return std::chrono::milliseconds(1);
    if (name == "min")
        return std::chrono::minutes(1);
    if (name == "h")
        return std::chrono::hours(1);
    return name.empty() || name == "s" ? Duration{std::chrono::seconds(1)} : Duration{};
}

} // namespace detail

/// Nothing for a text that is no time, and for times that a Duration cannot hold.
inline std::optional<Duration> parseDuration(std::string_view text) {
    const auto unit = std::min(text.find_first_not_of("0123456789"), text.size());
    long count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + unit, count);
    const auto one = detail::unitOf(text.substr(unit));
    if (error != std::errc{} || one == Duration{} || count > Duration::max() / one)
        return std::nullopt;
    return count * one;
}

/// Nothing for times that are not between two bounds, both included, too.
inline std::optional<Duration> parseDuration(std::string_view text, Duration least, Duration most) {
    const auto duration = parseDuration(text);
    return duration && *duration >= least && *duration <= most ? duration : std::nullopt;
}

/// In the largest of s, ms and us that leaves no rest; to the microsecond.
inline std::string toString(Duration duration) {
    const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
    if (count % 1'000'000 == 0)
        return std::to_string(count / 1'000'000) + "s";
    return count % 1000 == 0 ? std::to_string(count / 1000) + "ms" : std::to_string(count) + "us";
}

} // namespace subflowd
