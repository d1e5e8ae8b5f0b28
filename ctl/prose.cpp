// SPDX-License-Identifier: BSD-3-Clause
#include "prose.hpp"

#include "dbus/notation.hpp"

#include <array>
#include <cstdio>
#include <sstream>

namespace subflowd::ctl {

namespace {

struct Unit {
    std::uint64_t seconds;
    const char* name;
};

constexpr std::array<Unit, 4> units{{{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}}};

/// Two digits or three of a number, with the prefix of its power of 1000.
std::string scaled(std::uint64_t number, std::string_view unit) {
    constexpr std::array<std::string_view, 6> prefixes{"", "k", "M", "G", "T", "P"};
    auto value = static_cast<double>(number);
    std::size_t power = 0;
    while (value >= 999.5 && power + 1 < prefixes.size()) {
        value /= 1000;
        ++power;
    }
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), power > 0 && value < 9.95 ? "%.1f" : "%.0f", value);
    return std::string{digits.data()}.append(" ").append(prefixes[power]).append(unit);
}

} // namespace

std::string delayText(std::chrono::microseconds span) {
    if (span < std::chrono::milliseconds{1})
        return std::to_string(span.count()) + " us";
    std::array<char, 32> text{};
    const auto milliseconds = static_cast<double>(span.count()) / 1000;
    std::snprintf(text.data(), text.size(), milliseconds < 99.95 ? "%.1f ms" : "%.0f ms",
                  milliseconds);
    return text.data();
}

std::string bytesText(std::uint64_t bytes) {
    return scaled(bytes, "B");
}

std::string rateText(std::uint64_t bytes) {
    return scaled(bytes * 8, "bit/s");
}

std::string spanText(Microseconds span) {
    if (span < std::chrono::milliseconds{1})
        return std::to_string(span.count()) + " us";
    if (span < std::chrono::seconds{1})
        return std::to_string(span.count() / 1000) + " ms";
    auto rest = span.count() / 1'000'000;
    std::string text;
    for (const auto& unit : units) {
        const auto count = rest / unit.seconds;
        rest %= unit.seconds;
        if (count == 0 && text.empty())
            continue;
        if (!text.empty())
            return count == 0 ? text : text + ' ' + std::to_string(count) + unit.name;
        text = std::to_string(count) + unit.name;
    }
    return text;
}

std::string pathText(const Endpoint& local, const Endpoint& remote) {
    return dbus::endpointText(local) + " -> " + dbus::endpointText(remote);
}

std::string counted(std::uint64_t count, std::string_view noun) {
    auto text = std::to_string(count).append(" ").append(noun);
    return count == 1 ? text : text + 's';
}

std::string wrapped(std::string_view words, std::size_t indent) {
    constexpr std::size_t columns = 80;
    std::istringstream in{std::string{words}};
    std::string text;
    std::string line;
    const auto finishLine = [&] {
        if (!line.empty())
            text.append(indent, ' ').append(line).append("\n");
        line.clear();
    };
    for (std::string word; in >> word;) {
        if (!line.empty() && indent + line.size() + 1 + word.size() > columns)
            finishLine();
        line += line.empty() ? word : ' ' + word;
    }
    finishLine();
    return text;
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    std::string all;
    for (const auto& text : texts)
        all.append(all.empty() ? std::string_view{} : separator).append(text);
    return all;
}

} // namespace subflowd::ctl
