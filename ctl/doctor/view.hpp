// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "doctor/finding.hpp"
#include "table.hpp"

#include <string>

namespace subflowd::ctl::doctor {

/// The findings for people, in 80 columns, and what they come to.
std::string findingsText(const Findings& findings, Colouring colouring);

/// {"schema":1,"healthy":…,"findings":[…]}
std::string findingsJson(const Findings& findings);

} // namespace subflowd::ctl::doctor
