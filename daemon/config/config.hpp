// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"
#include "config/spin.hpp"
#include "core/configuration.hpp"
#include "core/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the configuration files say, as plain values with the places they come from. Policies are
/// names here; plugins/ makes them.
namespace subflowd::config {

/// Where the value of a key comes from. Keys that are not listed have their built-in value.
struct KeyOrigin {
    std::string key;
    Origin origin;

    friend bool operator==(const KeyOrigin&, const KeyOrigin&) = default;
};

using KeyOrigins = std::vector<KeyOrigin>;

/// Where a key's value comes from; built in if no file gave it.
Origin originOf(const KeyOrigins& origins, std::string_view key);

/// [Daemon]
struct Daemon {
    core::Mode mode = core::Mode::userspace;
    bool manageSysctl = true;                 ///< set net.mptcp.path_manager, restore it at the end
    std::uint32_t receiveBuffer = 32U << 20U; ///< of the event socket, in bytes
    core::LogRecord::Level logLevel = core::LogRecord::Level::info;
    core::Limits limits;
    Duration auditInterval = core::Configuration{}.auditInterval; ///< Duration::max(): none
    core::ImportFlags importFlags = core::ImportFlags::yes;
    Spin spin;
    core::EndpointFlags endpointFlags = core::Configuration{}.endpointFlags; ///< Mode=kernel
    KeyOrigins origins;

    friend bool operator==(const Daemon&, const Daemon&) = default;
};

/// [Guard]
struct Guard {
    core::Guard settings;
    KeyOrigins origins;

    friend bool operator==(const Guard&, const Guard&) = default;
};

/// [Rule NAME]
struct Rule {
    std::string name;
    core::Match match;
    std::vector<std::string> policies; ///< names, in the order of the chain
    Origin origin;                     ///< of the section; built in for a rule no file defines
    KeyOrigins origins;

    friend bool operator==(const Rule&, const Rule&) = default;
};

/// The rule that is always there, always the last, and for every connection.
inline constexpr std::string_view defaultRule = "default";

/// [Link PATTERN]
struct Link {
    core::LinkRule rule;
    Origin origin; ///< of the section
    KeyOrigins origins;

    friend bool operator==(const Link&, const Link&) = default;
};

/// A key of a policy's section. What it means is the policy's business.
struct Setting {
    std::string key;
    std::string value; ///< empty: as if the key was never given
    Origin origin;

    friend bool operator==(const Setting&, const Setting&) = default;
};

/// [Policy NAME] or [Policy NAME RULE]
struct PolicySection {
    std::string policy;
    std::optional<std::string> rule; ///< the only rule it is for
    Origin origin;
    std::vector<Setting> settings;

    friend bool operator==(const PolicySection&, const PolicySection&) = default;
};

struct Config {
    Daemon daemon;
    Guard guard;
    std::vector<Rule> rules; ///< the first that matches; the last is `defaultRule`
    std::vector<Link> links; ///< the first that matches
    std::vector<PolicySection> policies;

    friend bool operator==(const Config&, const Config&) = default;
};

/// The settings of a policy in a rule: [Policy NAME] overlaid with [Policy NAME RULE].
std::vector<Setting> settingsOf(const Config& config, std::string_view policy,
                                std::string_view rule);

} // namespace subflowd::config
