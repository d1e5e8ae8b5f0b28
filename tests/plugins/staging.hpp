// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// A directory of plugins as an installed one is: root's, writable by nobody else.
class Staging {
  public:
    Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    ~Staging();

    const std::filesystem::path& path() const { return path_; }

    /// Puts the plugin NAME.so, which the build made, there; under another name if one is given.
    std::filesystem::path add(const std::string& name, const std::string& as = {}) const;

    /// Puts a file with these bytes there.
    std::filesystem::path write(const std::string& fileName, std::string_view bytes) const;

  private:
    std::filesystem::path path_;
};
