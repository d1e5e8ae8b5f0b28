// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace subflowd::plugins {

/// What a shared object says before it is loaded: loading it would already run its static
/// initialisers.
class ElfImage {
  public:
    /// The bytes of a file. They must outlive the image; nothing in them is trusted.
    explicit ElfImage(std::span<const std::byte> bytes) : bytes_(bytes) {}

    /// Why this machine cannot load the file; nothing if it is a shared object of its kind.
    std::optional<std::string> objection() const;

    /// The bytes of a data symbol as they are in the file, where relocations are not yet applied.
    /// Empty: no such symbol, or one without bytes in the file.
    std::span<const std::byte> symbol(std::string_view name) const;

  private:
    std::span<const std::byte> bytes_;
};

} // namespace subflowd::plugins
