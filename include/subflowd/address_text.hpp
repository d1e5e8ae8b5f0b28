// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

/// Addresses as text, in and out (RFC 4291 §2.2, RFC 5952).
namespace subflowd {

namespace detail {

/// Lists have tens of thousands of these.
inline void append(std::string& text, unsigned number, int base = 10) {
    std::array<char, 10> digits{};
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
    text.append(digits.data(), end);
}

template <class Number>
std::optional<Number> parseWhole(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

inline std::optional<std::array<std::uint8_t, 4>> parseDotted(std::string_view text) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto dot = i < 3 ? text.find('.') : text.size();
        if (dot > 3) // too many digits, or no dot at all
            return std::nullopt;
        const auto number = parseWhole<std::uint8_t>(text.substr(0, dot));
        if (!number)
            return std::nullopt;
        bytes[i] = *number;
        text.remove_prefix(i < 3 ? dot + 1 : dot);
    }
    return bytes;
}

/// Groups of hexadecimal digits up to the end or "::"; dotted decimal may be the last two.
struct Groups {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t used = 0;

    bool add(std::string_view group, bool last) {
        if (last && group.find('.') != std::string_view::npos) {
            const auto dotted = parseDotted(group);
            if (!dotted || used > 12)
                return false;
            for (const auto byte : *dotted)
                bytes[used++] = byte;
            return true;
        }
        const auto value = parseWhole<std::uint16_t>(group, 16);
        if (!value || group.size() > 4 || used > 14)
            return false;
        bytes[used++] = static_cast<std::uint8_t>(*value >> 8);
        bytes[used++] = static_cast<std::uint8_t>(*value & 0xff);
        return true;
    }

    bool addAll(std::string_view text, bool last) {
        while (!text.empty()) {
            const auto colon = text.find(':');
            const bool end = colon == std::string_view::npos;
            if (!add(text.substr(0, colon), last && end))
                return false;
            if (end)
                return true;
            text.remove_prefix(colon + 1);
            if (text.empty())
                return false;
        }
        return true;
    }
};

inline std::optional<IpAddress> parseV6(std::string_view text) {
    const auto gap = text.find("::");
    Groups head;
    if (gap == std::string_view::npos)
        return head.addAll(text, true) && head.used == 16 ? std::optional{IpAddress::v6(head.bytes)}
                                                          : std::nullopt;
    Groups tail;
    if (!head.addAll(text.substr(0, gap), false) || !tail.addAll(text.substr(gap + 2), true) ||
        head.used + tail.used > 14)
        return std::nullopt;
    for (std::size_t i = 0; i < tail.used; ++i)
        head.bytes[16 - tail.used + i] = tail.bytes[i];
    return IpAddress::v6(head.bytes);
}

inline std::string textOfV6(const std::array<std::uint8_t, 16>& bytes) {
    const auto group = [&bytes](std::size_t i) {
        return static_cast<std::uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    };
    std::size_t gapAt = 8;
    std::size_t gapLength = 1; // a single zero group is not shortened (RFC 5952 §4.2.2)
    for (std::size_t i = 0; i < 8; ++i) {
        std::size_t length = 0;
        while (i + length < 8 && group(i + length) == 0)
            ++length;
        if (length > gapLength) {
            gapAt = i;
            gapLength = length;
        }
    }
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gapAt) {
            text += "::";
            i += gapLength - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':')
            text += ':';
        append(text, group(i), 16);
    }
    return text;
}

inline std::string textOfV4(const std::uint8_t* bytes) {
    std::string text;
    for (int i = 0; i < 4; ++i) {
        if (i > 0)
            text += '.';
        append(text, bytes[i]);
    }
    return text;
}

} // namespace detail

/// Reads "10.0.0.1" or "2001:db8::1"; nothing else (no port, no zone, no name).
inline std::optional<IpAddress> parseAddress(std::string_view text) {
    if (text.find(':') != std::string_view::npos)
        return detail::parseV6(text);
    const auto bytes = detail::parseDotted(text);
    return bytes ? std::optional{IpAddress::v4(*bytes)} : std::nullopt;
}

/// Reads "10.0.0.1:443" or "[2001:db8::1]:443".
inline std::optional<Endpoint> parseEndpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    const auto address = parseAddress(host);
    const auto port = detail::parseWhole<std::uint16_t>(text.substr(colon + 1));
    const bool wantsBrackets = host.find(':') != std::string_view::npos;
    if (!address || !port || bracketed != wantsBrackets)
        return std::nullopt;
    return Endpoint{*address, *port};
}

/// Reads "10.0.0.0/8", "2001:db8::/32", or an address, which is a network of one.
inline std::optional<Prefix> parsePrefix(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parseAddress(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    if (slash == std::string_view::npos)
        return Prefix{*address, 128};
    const auto length = detail::parseWhole<std::uint8_t>(text.substr(slash + 1));
    if (!length || *length > (address->family() == Family::ipv4 ? 32 : 128))
        return std::nullopt;
    return Prefix{*address, *length};
}

/// "10.0.0.1", "2001:db8::1"
inline std::string toString(const IpAddress& address) {
    const auto& bytes = address.bytes();
    if (address.family() == Family::ipv6)
        return detail::textOfV6(bytes);
    return detail::textOfV4(bytes.data());
}

/// "10.0.0.1:443", "[2001:db8::1]:443"
inline std::string toString(const Endpoint& endpoint) {
    auto text = toString(endpoint.address);
    if (endpoint.address.family() == Family::ipv6)
        text = '[' + text + ']';
    text += ':';
    detail::append(text, endpoint.port);
    return text;
}

/// "10.0.0.0/8"
inline std::string toString(const Prefix& prefix) {
    return toString(prefix.address()) + '/' + std::to_string(prefix.length());
}

} // namespace subflowd
