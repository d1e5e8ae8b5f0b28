// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"

#include <subflowd/link.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace subflowd::core {

/// Who said what a link is for.
enum class RoleSource : std::uint8_t {
    builtIn,       ///< nobody
    configuration, ///< [Link], by its role or because it is metered
};

/// What counts of a link, whoever said it.
struct LinkSettings {
    static constexpr std::uint8_t anyNumber = std::numeric_limits<std::uint8_t>::max();

    Role role = Role::primary;
    RoleSource source = RoleSource::builtIn;
    bool metered = false;
    bool named = false;                ///< somebody gave it a role: tunnels are used only then
    std::uint8_t subflows = anyNumber; ///< that one connection may have on it

    friend bool operator==(const LinkSettings&, const LinkSettings&) = default;
};

/// What the rules say of a link, each of its settings by the first rule that fits and has it. A
/// metered link is for bad times unless a role was given.
LinkSettings settingsOf(std::string_view link, std::span<const LinkRule> rules);

} // namespace subflowd::core
