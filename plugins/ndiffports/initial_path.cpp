// SPDX-License-Identifier: BSD-3-Clause
#include "initial_path.hpp"

#include <algorithm>
#include <cstddef>

namespace subflowd::ndiffports {

namespace {

bool isAnnounced(const ConnectionView& connection, const Endpoint& remote) {
    return remote != connection.remote &&
           std::ranges::find(connection.announced, remote, &RemoteView::endpoint) !=
               connection.announced.end();
}

bool isBetter(const PathView& path, const PathView& other) {
    if (path.subflows != other.subflows)
        return path.subflows > other.subflows;
    return path.state != PathState::failed && other.state == PathState::failed;
}

} // namespace

std::optional<PathId> initialPath(const ConnectionView& connection) {
    const bool denied = connection.joinInitial == JoinInitial::denied;
    const PathView* found = nullptr;
    for (const auto& path : connection.paths) {
        const bool leadsThere =
            denied ? isAnnounced(connection, path.remote) : path.remote == connection.remote;
        const bool fits = leadsThere && path.local == connection.local.address &&
                          path.usability == Usability::usable;
        if (fits && (!found || isBetter(path, *found)))
            found = &path;
    }
    if (!found)
        return std::nullopt;
    return static_cast<PathId>(found - connection.paths.data());
}

} // namespace subflowd::ndiffports
