// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <stdexcept>

namespace subflowd::netlink::test {

nlohmann::json loadCaptured(const std::string& name) {
    const std::string path = std::string(SUBFLOWD_TEST_DATA) + '/' + name;
    std::ifstream file(path);
    if (!file)
        throw std::runtime_error("cannot read " + path);
    return nlohmann::json::parse(file);
}

std::vector<std::byte> bytesOf(std::string_view hex) {
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        std::uint8_t value = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
        bytes.push_back(std::byte{value});
    }
    return bytes;
}

std::string hexOf(const std::byte* bytes, std::size_t count) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = std::to_integer<std::size_t>(bytes[i]);
        hex += digits[value >> 4];
        hex += digits[value & 0xf];
    }
    return hex;
}

} // namespace subflowd::netlink::test
