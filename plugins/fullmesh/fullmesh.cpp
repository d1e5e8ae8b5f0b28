// SPDX-License-Identifier: BSD-3-Clause
#include "fullmesh.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace subflowd::fullmesh {

namespace {

constexpr ReasonText exists{"mesh-exists", "part of the mesh"};
constexpr ReasonText coversLink{"mesh-covers-link", "gives the link its first subflow"};
constexpr ReasonText coversRemote{"mesh-covers-remote", "gives the remote its first subflow"};
constexpr ReasonText completes{"mesh-completes", "completes the mesh"};
constexpr ReasonText mostSubflows{"mesh-max-subflows", "MaxSubflows={0} of fullmesh"};
constexpr ReasonText mostPerLink{"mesh-max-per-link", "MaxPerLink={0} of fullmesh"};

/// Ranks of what is not there yet; what exists ranks before all of it.
enum Rank : std::uint8_t { existing = 0, firstOnLink = 1, firstToRemote = 2, rest = 3 };

/// Gives each path its rank. What was ranked counts for those after it, so that only one path
/// covers a link.
class Coverage {
  public:
    explicit Coverage(const ConnectionView& connection)
        : paths_(connection.paths), joinInitial_(connection.joinInitial) {}

    /// Whether a subflow can be had on a path, or is there.
    bool isOpen(const PathView& path) const {
        const bool denied =
            path.origin == RemoteOrigin::initial && joinInitial_ == JoinInitial::denied;
        return path.usability == Usability::usable && (path.subflows > 0 || !denied);
    }

    Rank rank(std::size_t at) const {
        const auto& path = paths_[at];
        if (path.subflows > 0)
            return existing;
        if (!covered(at, [&](const PathView& other) { return other.link == path.link; }))
            return firstOnLink;
        if (!covered(at, [&](const PathView& other) { return other.remote == path.remote; }))
            return firstToRemote;
        return rest;
    }

  private:
    /// Whether a path that exists, or one that was ranked before, does the same service.
    template <class Same>
    bool covered(std::size_t at, Same&& same) const {
        for (std::size_t i = 0; i < paths_.size(); ++i) {
            const bool counts = paths_[i].subflows > 0 || (i < at && isOpen(paths_[i]) &&
                                                           paths_[i].state != PathState::failed);
            if (i != at && counts && same(paths_[i]))
                return true;
        }
        return false;
    }

    std::span<const PathView> paths_;
    JoinInitial joinInitial_;
};

const ReasonText& textOf(Rank rank) {
    switch (rank) {
    case firstOnLink:
        return coversLink;
    case firstToRemote:
        return coversRemote;
    case rest:
        return completes;
    case existing:
        break;
    }
    return exists;
}

} // namespace

Fullmesh::Fullmesh(const Settings& given)
    : maxSubflows_(static_cast<std::uint8_t>(given.number("MaxSubflows", 1, 254, 8))),
      maxPerLink_(static_cast<std::uint8_t>(given.number("MaxPerLink", 0, 254, 0))) {
    const auto families = given.text("Families");
    if (!families)
        return;
    ipv4_ = families->find("ipv4") != std::string_view::npos;
    ipv6_ = families->find("ipv6") != std::string_view::npos;
    if (*families != "ipv4" && *families != "ipv6" && *families != "ipv4 ipv6" &&
        *families != "ipv6 ipv4")
        throw SettingsError("Families", "wants ipv4, ipv6, or both");
}

bool Fullmesh::usesFamily(Family family) const {
    return family == Family::ipv4 ? ipv4_ : ipv6_;
}

void Fullmesh::plan(const ConnectionView& connection, const HostView& /*host*/, Plan& plan) {
    if (connection.side == Side::server)
        return;
    const Coverage coverage{connection};
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        if (!coverage.isOpen(path) || !usesFamily(path.local.family()))
            continue;
        const auto rank = coverage.rank(i);
        plan.want(static_cast<PathId>(i), {rank, 1, Priority::regular}, {&textOf(rank), 0, 0});
    }
    plan.limit(LimitScope::connection, maxSubflows_, {&mostSubflows, maxSubflows_, 0});
    if (maxPerLink_ > 0)
        plan.limit(LimitScope::link, maxPerLink_, {&mostPerLink, maxPerLink_, 0});
}

} // namespace subflowd::fullmesh
