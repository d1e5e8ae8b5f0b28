// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/plugin.hpp>

#include <array>

/// A policy that is right in everything; each file here spoils one thing of it.
namespace subflowd {

inline constexpr ReasonText everyPath{"every-path", "wanted, as every path is"};

class EveryPath : public Policy {
  public:
    static constexpr const char* name = "good";
    static constexpr const char* version = "1.2";
    static constexpr const char* summary = "a subflow on every path";
    static constexpr std::array<SettingDescription, 1> settings{
        {{"Count", "1", "subflows on each path"}}};

    explicit EveryPath(const Settings& given)
        : count_(static_cast<std::uint8_t>(given.number("Count", 1, 8, 1))) {}

    void plan(const ConnectionView& connection, const HostView& /*host*/, Plan& plan) override {
        for (std::size_t i = 0; i < connection.paths.size(); ++i)
            plan.want(PathId{static_cast<std::uint16_t>(i)}, {0, count_, Priority::regular},
                      {&everyPath, 0, 0});
    }

  private:
    std::uint8_t count_;
};

/// The descriptor of EveryPath under another name.
constexpr PluginDescriptor goodDescriptor(const char* name) {
    auto descriptor = describePlugin<EveryPath>();
    descriptor.name = name;
    return descriptor;
}

} // namespace subflowd

/// Exports a descriptor that SUBFLOWD_PLUGIN would not make.
#define EXPORT_DESCRIPTOR(Type)                                                                    \
    extern "C" __attribute__((visibility("default"))) constinit const Type SUBFLOWD_PLUGIN_SYMBOL
