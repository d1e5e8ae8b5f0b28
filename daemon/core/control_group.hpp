// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string_view>

namespace subflowd::core {

/// Whether a control group, by its path below the root of cgroup v2 such as
/// "/user.slice/user-1000.slice/firefox.scope", is what an administrator named, or inside of it. A
/// name with a slash in it is a path, any other one is a part of it: a unit, perhaps with * and ?.
bool isInControlGroup(std::string_view path, std::string_view name);

/// Whether a text can be such a name.
bool isControlGroupName(std::string_view text);

} // namespace subflowd::core
