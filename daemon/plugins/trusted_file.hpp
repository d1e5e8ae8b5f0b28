// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace subflowd::plugins {

/// A file descriptor that is closed at the end.
class Descriptor {
  public:
    Descriptor() = default;

    explicit Descriptor(int number) : number_(number) {}

    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    int number() const { return number_; }

    bool isOpen() const { return number_ >= 0; }

    /// Leaves it open for ever.
    int release() { return std::exchange(number_, -1); }

  private:
    int number_ = -1;
};

/// Which file it is, whatever it is called.
struct FileId {
    dev_t device = 0;
    ino_t inode = 0;

    friend bool operator==(const FileId&, const FileId&) = default;
};

/// A file that only root can change: it and its directory belong to root, and nobody else may
/// write to them. Opened once; everything was checked on what was opened, not on a name.
struct TrustedFile {
    Descriptor descriptor; ///< open for reading
    std::filesystem::path path;
    FileId id;
    std::size_t size = 0; ///< in bytes
};

/// There is no such file, or no such directory.
struct NoFile {};

/// The file is there and must not be used: a sentence without a full stop that names it.
struct Distrust {
    std::string text;
};

using OpenedFile = std::variant<TrustedFile, NoFile, Distrust>;

/// Opens a file of a directory for reading, if only root can change it.
OpenedFile openTrusted(const std::filesystem::path& directory, const std::string& name);

} // namespace subflowd::plugins
