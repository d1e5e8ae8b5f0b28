// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "model.hpp"
#include "table.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The views for people, which fit 80 columns as far as the addresses allow.
namespace subflowd::ctl {

std::string statusText(const Status& status, Colouring colouring);
std::string connectionsText(const std::vector<Connection>& connections, Colouring colouring);
std::string connectionText(const Connection& connection, Colouring colouring);
std::string explanationText(const Connection& connection, const std::vector<Path>& paths,
                            Colouring colouring);
std::string linksText(const std::vector<Link>& links, Colouring colouring);
std::string policiesText(const std::vector<Policy>& policies, Colouring colouring);

/// A line of a monitor (JSON) for people; what is no JSON comes out as it is.
std::string monitorText(std::string_view line, Colouring colouring);

} // namespace subflowd::ctl
