// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "plugins/library.hpp"

#include <subflowd/plugin.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace subflowd::plugins {

/// Where plugins are looked for.
struct PluginDirectory {
    enum class Presence : std::uint8_t {
        optional, ///< the compiled-in directory: there may be no plugins
        required, ///< somebody named it
    };

    std::filesystem::path path;
    Presence presence = Presence::optional;
};

/// All policies there are: files NAME.so in directories, and those built into the daemon. The
/// first directory that has the file wins, and a file wins over what is built in; a file that is
/// refused is refused, the built-in policy of that name does not silently take its place. A file
/// is opened when its policy is first asked for, and never if nobody asks.
class Catalog {
  public:
    /// Throws std::runtime_error if a required directory is not there.
    Catalog(std::span<const PluginDescriptor* const> builtIn,
            std::vector<PluginDirectory> directories);

    /// The descriptor of a policy, which lives as long as the process.
    std::variant<const PluginDescriptor*, Refusal> find(std::string_view name);

    /// Where a descriptor that was found came from; empty if it is built in.
    std::filesystem::path fileOf(const PluginDescriptor& descriptor) const;

    /// The descriptors found so far and the built-in ones that no file replaced.
    std::vector<const PluginDescriptor*> known() const;

  private:
    /// A file that is loaded for good, whether it may be used or not.
    struct Loaded {
        FileId file;
        std::string name; ///< of the policy it was loaded as
        std::filesystem::path path;
        const PluginDescriptor* descriptor = nullptr;
    };

    std::variant<const PluginDescriptor*, Refusal> use(TrustedFile file, const std::string& name);
    std::variant<const PluginDescriptor*, Refusal> findBuiltIn(std::string_view name) const;
    std::string everyPlace(std::string_view name) const;

    std::vector<const PluginDescriptor*> builtIn_;
    std::vector<PluginDirectory> directories_;
    std::vector<Loaded> loaded_;
};

} // namespace subflowd::plugins
