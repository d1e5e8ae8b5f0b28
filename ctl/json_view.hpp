// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/notation.hpp"
#include "model.hpp"

#include <string>
#include <vector>

/// The views for scripts: one line of JSON with "schema": 1. `now` is when the daemon was asked.
namespace subflowd::ctl {

std::string statusJson(const Status& status, dbus::WallTime now);
std::string connectionsJson(const std::vector<Connection>& connections, dbus::WallTime now);
std::string connectionJson(const Connection& connection, dbus::WallTime now);
std::string explanationJson(Token token, const std::vector<Path>& paths, dbus::WallTime now);
std::string linksJson(const std::vector<Link>& links);
std::string policiesJson(const std::vector<Policy>& policies);

/// `daemonVersion` is empty if the daemon does not run.
std::string versionJson(const std::string& ownVersion, const std::string& daemonVersion);

/// That something was done: {"schema":1,"ok":true}.
std::string doneJson();

} // namespace subflowd::ctl
