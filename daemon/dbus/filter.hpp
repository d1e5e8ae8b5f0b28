// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "core/report.hpp"

#include <optional>
#include <string>

/// What a caller wants to see; nothing given: everything.
namespace subflowd::dbus {

/// Which connections to list. All that is given must hold.
struct ConnectionFilter {
    std::optional<Prefix> remote;  ///< of the initial subflow or any other
    std::optional<LinkIndex> link; ///< carries a subflow; noLink: a link that does not exist
    std::optional<ConnectionState> state;
    std::optional<std::string> rule;

    friend bool operator==(const ConnectionFilter&, const ConnectionFilter&) = default;
};

bool matches(const ConnectionFilter& filter, const core::ConnectionReport& connection);

/// Which changes to monitor. All that is given must hold; that events were lost, or everything
/// was asked anew, concerns every connection and always passes.
struct ChangeFilter {
    std::optional<Token> token;
    std::optional<Prefix> remote;
    std::optional<LinkIndex> link;

    friend bool operator==(const ChangeFilter&, const ChangeFilter&) = default;
};

bool matches(const ChangeFilter& filter, const core::Change& change);

} // namespace subflowd::dbus
