// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "core/link_notes.hpp"

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
    networkManager,
    modemManager, ///< its modem roams, so it is metered
    byOperator,
};

/// What counts of a link, whoever said it.
struct LinkSettings {
    static constexpr std::uint8_t anyNumber = std::numeric_limits<std::uint8_t>::max();

    Role role = Role::primary;
    RoleSource source = RoleSource::builtIn;
    bool metered = false;
    bool named = false;                ///< somebody gave it a role: tunnels are used only then
    std::uint8_t subflows = anyNumber; ///< that one connection may have on it
    Reach reach[2] = {Reach::unknown, Reach::unknown}; ///< by family
    bool leaving = false; ///< nothing new begins there, and what is there steps back

    /// An operator's word counts for more than anybody's.
    void order(Role ordered) {
        role = ordered;
        source = RoleSource::byOperator;
        named = true;
    }

    friend bool operator==(const LinkSettings&, const LinkSettings&) = default;
};

/// What is said of a link. What roams counts as metered. The rules count for most, each of their
/// settings by the first one that fits and has it; then what a network manager notes. A metered
/// link is for bad times unless a role was given.
LinkSettings settingsOf(std::string_view link, std::span<const LinkRule> rules,
                        const LinkNote& note = {}, ImportFlags flags = ImportFlags::yes);

} // namespace subflowd::core
