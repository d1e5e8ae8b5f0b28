// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/wire.hpp"
#include "filter.hpp"
#include "model.hpp"

#include <map>
#include <string>
#include <vector>

/// From what D-Bus carries to the model, and what is asked for back. The daemon is trusted: a bad
/// address becomes 0.0.0.0.
namespace subflowd::ctl {

/// The names of the links by their index.
using LinkNames = std::map<std::int32_t, std::string>;

LinkNames linkNames(const std::vector<dbus::wire::Link>& links);

Connection decode(const dbus::wire::Connection& connection, const LinkNames& links);
Path decode(const dbus::wire::Path& path, const LinkNames& links);
Link decode(const dbus::wire::Link& link);

/// What an older daemon did not send stays empty. Throws sdbus::Error for a wrong type.
Status decode(const dbus::wire::Dictionary& status);

/// Adds what the objects of policies tell.
void describe(std::vector<Policy>& policies, const dbus::wire::ManagedObjects& objects);

/// Throws CommandFailure (usage) for a token that is none.
dbus::wire::Dictionary filterArguments(const Filter& filter);

} // namespace subflowd::ctl
