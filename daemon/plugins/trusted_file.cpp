// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/trusted_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace subflowd::plugins {

namespace {

constexpr uid_t root = 0;

std::string errorText() {
    return std::generic_category().message(errno);
}

OpenedFile refuse(const std::filesystem::path& path, const std::string& problem) {
    return Distrust{path.string() + ' ' + problem};
}

OpenedFile refuseOpening(const std::filesystem::path& path) {
    if (errno == ENOENT)
        return NoFile{};
    return refuse(path, "cannot be opened: " + errorText());
}

/// Who else than root could change it; nothing if nobody can.
std::optional<std::string> changedByOthers(const struct stat& status) {
    if (status.st_uid != root)
        return "belongs to user " + std::to_string(status.st_uid) + " and must belong to root";
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return "can be written by others than root: remove that permission (chmod go-w)";
    return std::nullopt;
}

std::optional<std::string> problemOf(int descriptor, mode_t type, struct stat& status) {
    if (::fstat(descriptor, &status) != 0)
        return "cannot be examined: " + errorText();
    if ((status.st_mode & S_IFMT) != type)
        return "is not a regular file";
    return changedByOthers(status);
}

} // namespace

Descriptor::~Descriptor() {
    if (isOpen())
        ::close(number_);
}

OpenedFile openTrusted(const std::filesystem::path& directory, const std::string& name) {
    const Descriptor folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.isOpen())
        return refuseOpening(directory);
    TrustedFile file{Descriptor{::openat(folder.number(), name.c_str(),
                                         O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)},
                     directory / name,
                     {},
                     0};
    if (!file.descriptor.isOpen())
        return refuseOpening(file.path);

    struct stat status {};

    if (const auto problem = problemOf(folder.number(), S_IFDIR, status))
        return refuse(directory, *problem);
    if (const auto problem = problemOf(file.descriptor.number(), S_IFREG, status))
        return refuse(file.path, *problem);
    file.id = {status.st_dev, status.st_ino};
    file.size = static_cast<std::size_t>(status.st_size);
    return file;
}

} // namespace subflowd::plugins
