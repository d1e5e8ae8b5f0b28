// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/notation.hpp"

#include <subflowd/address_text.hpp>

#include <cstdint>
#include <string_view>

namespace subflowd::dbus {

namespace {

/// The last `digits` decimal digits of a number. A list of ten thousand connections has so many
/// times that snprintf is felt.
void append(std::string& text, std::uint64_t number, std::size_t digits) {
    text.append(digits, '0');
    for (auto at = text.size(); digits > 0; --digits, number /= 10)
        text[--at] = static_cast<char>('0' + number % 10);
}

} // namespace

std::string tokenText(Token token) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    std::string text = "0x00000000";
    auto number = static_cast<std::uint32_t>(token);
    for (auto at = text.size(); number != 0; number >>= 4U)
        text[--at] = hexadecimal[number & 0xfU];
    return text;
}

std::string utcText(WallTime time) {
    using namespace std::chrono;
    const auto instant = floor<microseconds>(time);
    const auto day = floor<days>(instant);
    const year_month_day date{day};
    const auto ofDay = static_cast<std::uint64_t>((instant - day).count());
    const auto second = ofDay / 1'000'000;
    std::string text;
    text.reserve(27);
    append(text, static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
    append(text += '-', static_cast<unsigned>(date.month()), 2);
    append(text += '-', static_cast<unsigned>(date.day()), 2);
    append(text += 'T', second / 3600, 2);
    append(text += ':', second / 60 % 60, 2);
    append(text += ':', second % 60, 2);
    append(text += '.', ofDay % 1'000'000, 6);
    return text += 'Z';
}

std::string endpointText(const Endpoint& endpoint) {
    return endpoint.port == 0 ? toString(endpoint.address) : toString(endpoint);
}

} // namespace subflowd::dbus
