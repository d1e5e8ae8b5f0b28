// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/plugin.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace subflowd::plugins {

/// What is wrong with a plugin, as a sentence; nothing if it can be used.
using Objection = std::optional<std::string>;

/// The first members of a descriptor, which no ABI changes: with other numbers the rest must not
/// even be looked at.
struct DescriptorHead {
    std::uint32_t abi = 0;
    std::uint32_t size = 0;

    friend bool operator==(const DescriptorHead&, const DescriptorHead&) = default;
};

/// Whether a plugin was built with these headers.
Objection checkHead(const DescriptorHead& head);

/// Whether a descriptor with a good head is complete, and is the one of policy `name`.
Objection checkDescriptor(const PluginDescriptor& descriptor, std::string_view name);

/// Whether a text can name a policy: letters, digits, '-', '_' and '.', the first a letter or a
/// digit. Safe as a file name.
bool isPolicyName(std::string_view name);

} // namespace subflowd::plugins
