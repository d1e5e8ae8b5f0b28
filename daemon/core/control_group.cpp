// SPDX-License-Identifier: BSD-3-Clause
#include "core/control_group.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>

namespace subflowd::core {

namespace {

/// Takes the first part off a path.
std::string_view takePart(std::string_view& path) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto part = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    return part;
}

} // namespace

bool isInControlGroup(std::string_view path, std::string_view name) {
    if (path.empty())
        return false; // nobody knows where it is
    if (name.starts_with('/'))
        return name == "/" ||
               (path.starts_with(name) && (path.size() == name.size() || path[name.size()] == '/'));
    while (!path.empty())
        if (fitsLinkPattern(name, takePart(path)))
            return true;
    return false;
}

bool isControlGroupName(std::string_view text) {
    if (text == "/")
        return true;
    if (text.starts_with('/'))
        text.remove_prefix(1);
    else if (text.find('/') != std::string_view::npos)
        return false;
    if (text.empty() || text.ends_with('/'))
        return false;
    while (!text.empty()) {
        const auto part = takePart(text);
        if (part.empty() || part == "." || part == "..")
            return false;
    }
    return true;
}

} // namespace subflowd::core
