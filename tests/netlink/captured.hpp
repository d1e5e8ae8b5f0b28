// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Messages that were captured from a running kernel: tests/data.
namespace subflowd::netlink::test {

/// A file of tests/data; throws std::runtime_error if it cannot be read.
nlohmann::json loadCaptured(const std::string& name);

std::vector<std::byte> bytesOf(std::string_view hex);

std::string hexOf(const std::byte* bytes, std::size_t count);

} // namespace subflowd::netlink::test
