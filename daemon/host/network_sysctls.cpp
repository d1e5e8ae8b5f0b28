// SPDX-License-Identifier: BSD-3-Clause
#include "host/network_sysctls.hpp"

#include "host/short_file.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

namespace subflowd::host {

namespace {

std::optional<std::uint16_t> parsePort(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{port}
                                                                    : std::nullopt;
}

/// Two ports around a separator, or one.
std::optional<core::PortRange> parseRange(std::string_view text, std::size_t separator) {
    const auto first = parsePort(text.substr(0, separator));
    const auto last =
        separator == std::string_view::npos ? first : parsePort(text.substr(separator + 1));
    if (!first || !last || *last < *first)
        return std::nullopt;
    return core::PortRange{*first, *last};
}

} // namespace

bool tcpTimestamps(const std::filesystem::path& sysctl) {
    return readLine(sysctl) != "0"; // 2: without a random offset
}

std::optional<Duration> closeTimeout(const std::filesystem::path& sysctl) {
    const auto text = readLine(sysctl);
    std::uint32_t seconds = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), seconds).ec != std::errc{})
        return std::nullopt;
    return std::chrono::seconds{seconds};
}

std::optional<core::PortRange> ephemeralPorts(const std::filesystem::path& sysctl) {
    const auto text = readLine(sysctl).value_or("");
    return parseRange(text, text.find_first_of(" \t"));
}

std::vector<core::PortRange> reservedPorts(const std::filesystem::path& sysctl) {
    std::vector<core::PortRange> ranges;
    const auto text = readLine(sysctl).value_or("");
    for (std::string_view rest = text; !rest.empty();) {
        const auto part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (const auto range = parseRange(part, part.find('-')))
            ranges.push_back(*range);
    }
    return ranges;
}

} // namespace subflowd::host
