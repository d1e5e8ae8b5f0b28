// SPDX-License-Identifier: BSD-3-Clause
#include "host/control_groups.hpp"

#include <dirent.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <memory>
#include <string_view>

namespace subflowd::host {

namespace {

/// Deeper than anybody nests them, so that the walk ends.
constexpr int deepest = 32;

struct CloseDirectory {
    void operator()(DIR* directory) const { closedir(directory); }
};

/// Looks for a directory by its number; entries tell it, so nothing has to be opened but
/// directories.
std::string findBelow(const std::filesystem::path& directory, std::uint64_t number, int depth) {
    const std::unique_ptr<DIR, CloseDirectory> open{opendir(directory.c_str())};
    if (!open || depth > deepest)
        return {};
    while (const auto* entry = readdir(open.get())) {
        const std::string_view name{static_cast<const char*>(entry->d_name)};
        if (entry->d_type != DT_DIR || name == "." || name == "..")
            continue;
        std::string path{"/"};
        path += name;
        if (entry->d_ino == number)
            return path;
        const auto below = findBelow(directory / name, number, depth + 1);
        if (!below.empty())
            return path.append(below);
    }
    return {};
}

} // namespace

std::filesystem::path controlGroupRoot() {
    for (const auto* place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        struct statfs facts {};

        if (statfs(place, &facts) == 0 && facts.f_type == CGROUP2_SUPER_MAGIC)
            return place;
    }
    return {};
}

const std::string& ControlGroups::pathOf(std::uint64_t id) {
    const auto known = known_.find(id);
    if (known != known_.end())
        return known->second;
    if (known_.size() >= mostKnown)
        known_.clear();

    struct stat facts {};

    const bool isRoot = stat(root_.c_str(), &facts) == 0 && facts.st_ino == id;
    return known_[id] = root_.empty() ? std::string{} : isRoot ? "/" : findBelow(root_, id, 0);
}

} // namespace subflowd::host
