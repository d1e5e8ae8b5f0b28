// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Every key that the daemon knows, each in one place: how it is read and how it is written.
namespace subflowd::config {

/// Subflows of a connection: of the 256 address ids, 0 is the initial one, and 255 is never given.
inline constexpr std::uint64_t mostSubflows = 254;

/// What an empty value means.
enum class Shape : std::uint8_t {
    single, ///< the built-in value
    list,   ///< an empty list
};

/// What is wrong with a value; nothing if it can be used.
using Problem = std::optional<std::string>;

/// A key of a section that is kept in an `Into`.
template <class Into>
struct Key {
    std::string_view name;
    Shape shape;
    Problem (*read)(std::string_view value, Into& into);
    std::string (*write)(const Into& from); ///< empty: as if the key was not given
};

std::span<const Key<Daemon>> daemonKeys();
std::span<const Key<Guard>> guardKeys();
std::span<const Key<Rule>> ruleKeys();
std::span<const Key<Link>> linkKeys();

} // namespace subflowd::config
