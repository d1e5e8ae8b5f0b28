// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "client.hpp"
#include "options.hpp"

#include <string>

/// The commands that change something: each has the daemon do it, and says that it was done.
namespace subflowd::ctl {

using Steering = std::string (*)(const Options&, Client&);

/// What a command does; null: it changes nothing.
Steering steeringOf(Command command);

/// A path as the command line names it: a local address or a link, and perhaps a remote.
Client::PathWords pathWords(const Options& options);

} // namespace subflowd::ctl
