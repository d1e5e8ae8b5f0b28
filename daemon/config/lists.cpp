// SPDX-License-Identifier: BSD-3-Clause
#include "config/lists.hpp"

#include "config/text.hpp"
#include "config/values.hpp"

#include <subflowd/address_text.hpp>

#include <utility>

namespace subflowd::config {

Problem readPrefixes(std::string_view value, std::vector<Prefix>& prefixes) {
    std::vector<Prefix> read;
    for (const auto word : words(value)) {
        const auto prefix = parsePrefix(word);
        if (!prefix)
            return "wants addresses or networks such as 10.0.0.0/8, and " + quoted(word) +
                   " is neither";
        read.push_back(*prefix);
    }
    prefixes = std::move(read);
    return std::nullopt;
}

std::string writePrefixes(std::span<const Prefix> prefixes) {
    std::vector<std::string> texts;
    for (const auto& prefix : prefixes)
        texts.push_back(toString(prefix));
    return joined(texts);
}

Problem readPorts(std::string_view value, std::vector<core::PortRange>& ports) {
    std::vector<core::PortRange> read;
    for (const auto word : words(value)) {
        const auto range = parsePorts(word);
        if (!range)
            return "wants ports from 1 to 65535 or ranges such as 8000-8100, and " + quoted(word) +
                   " is neither";
        read.push_back(*range);
    }
    ports = std::move(read);
    return std::nullopt;
}

std::string writePorts(std::span<const core::PortRange> ports) {
    std::vector<std::string> texts;
    for (const auto& [first, last] : ports)
        texts.push_back(first == last ? std::to_string(first)
                                      : std::to_string(first) + '-' + std::to_string(last));
    return joined(texts);
}

} // namespace subflowd::config
