// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/notation.hpp"

#include <subflowd/address_text.hpp>

#include <cstdint>
#include <string_view>

namespace subflowd::dbus {

namespace {

/// The last decimal digits of a number, so that they end before `end`. A list of ten thousand
/// connections has so many times that snprintf is felt.
void put(std::string& text, std::size_t end, std::uint64_t number) {
    for (; number > 0; number /= 10)
        text[--end] = static_cast<char>('0' + number % 10);
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
    std::string text = "0000-00-00T00:00:00.000000Z";
    put(text, 4, static_cast<std::uint64_t>(static_cast<int>(date.year())));
    put(text, 7, static_cast<unsigned>(date.month()));
    put(text, 10, static_cast<unsigned>(date.day()));
    put(text, 13, second / 3600);
    put(text, 16, second / 60 % 60);
    put(text, 19, second % 60);
    put(text, 26, ofDay % 1'000'000);
    return text;
}

std::string endpointText(const Endpoint& endpoint) {
    return endpoint.port == 0 ? toString(endpoint.address) : toString(endpoint);
}

} // namespace subflowd::dbus
