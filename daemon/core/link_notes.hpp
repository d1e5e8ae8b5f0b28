// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/link.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a network manager says of links. Only rtnetlink tells which links, addresses and routes
/// there are; this is what it cannot know.
namespace subflowd::core {

/// How far a link leads, as somebody tried.
enum class Reach : std::uint8_t {
    unknown,  ///< nobody tried
    internet, ///< everywhere
    local, ///< not into the Internet: a captive portal, or nothing answers there and elsewhere does
};

/// About a link, by its name.
struct LinkNote {
    std::string link;
    std::optional<Role> role{};     ///< that the administrator gave it there
    std::optional<Role> flagRole{}; ///< that its flags for the in-kernel path manager amount to
    std::optional<bool> metered{};
    Reach ipv4 = Reach::unknown;
    Reach ipv6 = Reach::unknown;
    bool leaving = false; ///< its addresses are about to go
    bool roaming = false; ///< its modem is in a network that is not its operator's

    friend bool operator==(const LinkNote&, const LinkNote&) = default;
};

/// All there is to say. A link that is not mentioned has no note.
struct LinkNotes {
    std::vector<LinkNote> all;

    friend bool operator==(const LinkNotes&, const LinkNotes&) = default;
};

} // namespace subflowd::core
