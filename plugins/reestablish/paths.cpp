// SPDX-License-Identifier: BSD-3-Clause
#include "paths.hpp"

#include <algorithm>

namespace subflowd::reestablish {

namespace {

const RemoteView* announcementOf(const ConnectionView& connection, const PathView& path) {
    const auto known = std::ranges::find(connection.announced, path.remote, &RemoteView::endpoint);
    return known == connection.announced.end() ? nullptr : &*known;
}

} // namespace

bool canBeJoined(const ConnectionView& connection, const PathView& path) {
    return path.usability == Usability::usable &&
           (path.remote == connection.remote || announcementOf(connection, path));
}

Instant failedAt(const PathView& path) {
    return path.state == PathState::failed ? path.lastChange : path.failed;
}

bool isInvited(const ConnectionView& connection, const PathView& path) {
    const auto* announcement = announcementOf(connection, path);
    return announcement && announcement->refreshed > failedAt(path);
}

bool isEstablished(const SubflowView& subflow) {
    return subflow.state == SubflowState::up || subflow.state == SubflowState::suspect;
}

} // namespace subflowd::reestablish
