// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reading single values. Nothing means that the text is no such value.
namespace subflowd::config {

/// A value and the word that the configuration has for it.
template <class Value>
struct Named {
    std::string_view word;
    Value value;
};

template <class Value, std::size_t size>
std::optional<Value> valueOf(const std::array<Named<Value>, size>& names, std::string_view word) {
    for (const auto& name : names)
        if (name.word == word)
            return name.value;
    return std::nullopt;
}

/// The first word for a value; empty if it has none.
template <class Value, std::size_t size>
std::string_view wordOf(const std::array<Named<Value>, size>& names, const Value& value) {
    for (const auto& name : names)
        if (name.value == value)
            return name.word;
    return {};
}

/// The words for yes and no, `yes` and `no` first.
extern const std::array<Named<bool>, 8> truths;

/// A whole number between two bounds, both included.
std::optional<std::uint64_t> parseNumber(std::string_view text, std::uint64_t least,
                                         std::uint64_t most);

/// Bytes: a whole number, or one with K, M or G (powers of 1024).
std::optional<std::uint64_t> parseSize(std::string_view text);

/// "443" or "8000-8100"
std::optional<core::PortRange> parsePorts(std::string_view text);

/// How often, as BURST/INTERVAL with us, ms, s, min or h: "16/56s" is 16 at once and then one each
/// 56 seconds. The interval is from 1us to 1h.
std::optional<core::Allowance> parseAllowance(std::string_view text);
std::string toString(const core::Allowance& allowance);

/// Whether a text can name a policy or a rule: letters, digits, '-', '_' and '.', the first a
/// letter or a digit. Safe as a file name.
bool isName(std::string_view text);

} // namespace subflowd::config
