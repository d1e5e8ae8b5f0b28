// SPDX-License-Identifier: BSD-3-Clause
#include "host/network_sysctls.hpp"

#include "host/short_file.hpp"

#include <charconv>
#include <chrono>

namespace subflowd::host {

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

} // namespace subflowd::host
