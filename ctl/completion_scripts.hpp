// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "completion.hpp"

#include <string>
#include <vector>

namespace subflowd::ctl::completion {

std::string bashScript(const std::vector<Command>& commands);
std::string zshScript(const std::vector<Command>& commands);
std::string fishScript(const std::vector<Command>& commands);

} // namespace subflowd::ctl::completion
