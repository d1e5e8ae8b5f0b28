// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/notation.hpp"

#include <subflowd/address_text.hpp>

#include <array>
#include <cstdio>

namespace subflowd::dbus {

std::string tokenText(Token token) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(token));
    return text.data();
}

std::string utcText(WallTime time) {
    using namespace std::chrono;
    const auto instant = floor<microseconds>(time);
    const auto day = floor<days>(instant);
    const year_month_day date{day};
    const hh_mm_ss clock{instant - day};
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::string endpointText(const Endpoint& endpoint) {
    return endpoint.port == 0 ? toString(endpoint.address) : toString(endpoint);
}

} // namespace subflowd::dbus
