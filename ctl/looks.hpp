// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "exit_code.hpp"
#include "filter.hpp"
#include "model.hpp"
#include "options.hpp"

#include <iosfwd>
#include <string>
#include <vector>

/// What subflowctl finds out by itself: commands that work without the daemon.
namespace subflowd::ctl {

class Client;

/// Says on standard error that only one's own connections are shown, where that is so.
void sayWhoseAreShown(Client& client);

/// The connections as the daemon knows them, as far as it shows them; if it does not run, as the
/// kernel does. What is not the whole is said on standard error.
std::vector<Connection> seenConnections(const std::string& bus, const Filter& filter);

/// The one with the token. Throws CommandFailure (nothing matched) if there is none.
Connection seenConnection(const std::string& bus, Token token);

/// The links, likewise.
std::vector<Link> seenLinks(const std::string& bus);

/// One connection, and what the kernel measured of it.
ExitCode showConnection(const Options& options, std::ostream& out);

/// Fails if something is wrong.
ExitCode runDoctor(const Options& options, std::ostream& out);

/// Fails if the configuration cannot be used.
ExitCode checkConfiguration(const Options& options, std::ostream& out);

/// The configuration as one file, with the places where each value comes from.
ExitCode dumpConfiguration(const Options& options, std::ostream& out);

} // namespace subflowd::ctl
