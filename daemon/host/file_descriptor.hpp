// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <unistd.h>

#include <utility>

namespace subflowd::host {

/// A file descriptor that is closed at the end.
class FileDescriptor {
  public:
    FileDescriptor() = default;

    explicit FileDescriptor(int number) : number_(number) {}

    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    ~FileDescriptor() {
        if (isOpen())
            ::close(number_);
    }

    int number() const { return number_; }

    /// Somebody else closes it.
    int release() { return std::exchange(number_, -1); }

    bool isOpen() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

} // namespace subflowd::host
