// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/policy.hpp>
#include <subflowd/settings.hpp>

#include <cstddef>
#include <cstdint>

/// The name of the one symbol a plugin exports: a constant, so that the daemon can check it before
/// any code of the plugin runs.
#define SUBFLOWD_PLUGIN_SYMBOL subflowd_plugin_v1

#ifdef __GLIBCXX__
#if _GLIBCXX_USE_CXX11_ABI
#define SUBFLOWD_STANDARD_LIBRARY "libstdc++ cxx11"
#else
#define SUBFLOWD_STANDARD_LIBRARY "libstdc++ cxx98"
#endif
#elif defined(_LIBCPP_VERSION)
#define SUBFLOWD_STANDARD_LIBRARY "libc++"
#else
#define SUBFLOWD_STANDARD_LIBRARY "unknown"
#endif
#ifdef _GLIBCXX_DEBUG
#define SUBFLOWD_TOOLCHAIN SUBFLOWD_STANDARD_LIBRARY " debug"
#else
#define SUBFLOWD_TOOLCHAIN SUBFLOWD_STANDARD_LIBRARY
#endif

namespace subflowd {

/// Changes with every change of these headers that a compiled plugin could notice. The daemon
/// loads a plugin only if the numbers are equal.
inline constexpr std::uint32_t pluginAbi = 5;

/// A setting that a policy understands.
struct SettingDescription {
    const char* key;
    const char* byDefault; ///< as it would be written in the configuration
    const char* meaning;   ///< one line
};

/// What a plugin says about itself. All pointers are to constants of the plugin.
struct PluginDescriptor {
    std::uint32_t abi;     ///< pluginAbi of the headers it was built with
    std::uint32_t size;    ///< sizeof(PluginDescriptor), likewise
    const char* toolchain; ///< SUBFLOWD_TOOLCHAIN, likewise: the standard library and its ABI
    const char* name;      ///< of the policy, as the configuration calls it; equals the file's name
    const char* version;   ///< of the plugin, for people
    const char* summary;   ///< one line
    const SettingDescription* settings; ///< an array
    std::size_t settingsCount;

    /// Makes a policy with these settings. Throws SettingsError for a value that it cannot use.
    Policy* (*create)(const Settings&);

    /// Ends a policy that `create` made.
    void (*destroy)(Policy*);
};

/// Makes the descriptor of a policy class, which has
///   static constexpr const char* name, *version, *summary;
///   static constexpr std::array<SettingDescription, N> settings;
///   explicit Class(const Settings&);
template <class P>
constexpr PluginDescriptor describePlugin() {
    return {pluginAbi,
            sizeof(PluginDescriptor),
            SUBFLOWD_TOOLCHAIN,
            P::name,
            P::version,
            P::summary,
            P::settings.data(),
            P::settings.size(),
            [](const Settings& settings) -> Policy* { return new P(settings); },
            [](Policy* policy) { delete policy; }};
}

} // namespace subflowd

/// Exports a policy class from a shared object.
#define SUBFLOWD_PLUGIN(Class)                                                                     \
    extern "C" __attribute__((visibility(                                                          \
        "default"))) constinit const subflowd::PluginDescriptor SUBFLOWD_PLUGIN_SYMBOL =           \
        subflowd::describePlugin<Class>()
