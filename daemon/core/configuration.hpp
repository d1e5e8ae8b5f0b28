// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/guard_settings.hpp"
#include "core/kernel_endpoint.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/link.hpp>
#include <subflowd/policy.hpp>
#include <subflowd/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What an administrator decided, as the core needs it: every text parsed, every name resolved.
namespace subflowd::core {

/// A policy that was made with its settings. Not owned: whoever made it keeps it until another
/// configuration is in force.
struct ConfiguredPolicy {
    std::string name; ///< "fullmesh": what plans, reasons and status call it
    Policy* policy = nullptr;
};

/// A mark of a socket (SO_MARK), as far as the mask reaches.
struct MarkMatch {
    std::uint32_t value = 0;
    std::uint32_t mask = 0xffffffff;

    bool fits(std::uint32_t mark) const { return (mark & mask) == value; }

    friend bool operator==(const MarkMatch&, const MarkMatch&) = default;
};

/// Which connections a rule is for. An empty list or nothing: any.
struct Match {
    std::vector<Prefix> remotes;
    std::vector<PortRange> ports;   ///< of the server's end of the connection
    std::vector<std::string> links; ///< names or patterns (* and ?) of the initial subflow's link
    std::optional<Side> side;
    std::optional<Family> family;
    std::vector<std::uint32_t> users;       ///< uids of the socket's owner
    std::vector<std::string> controlGroups; ///< see isInControlGroup()
    std::vector<MarkMatch> marks;

    /// Whether only inet_diag can tell if a connection matches.
    bool needsFacts() const { return !users.empty() || !controlGroups.empty() || !marks.empty(); }

    friend bool operator==(const Match&, const Match&) = default;
};

/// [Rule NAME]: the ordered chain of policies of the connections that match.
struct Rule {
    std::string name;
    Match match;
    std::vector<std::size_t> chain; ///< indexes into Configuration::policies
};

/// [Link PATTERN]
struct LinkRule {
    std::string pattern; ///< a name, or with * and ?
    std::optional<Role> role{};
    std::optional<bool> metered{};
    std::optional<std::uint8_t> subflows{}; ///< that one connection may have on the link

    friend bool operator==(const LinkRule&, const LinkRule&) = default;
};

/// Whether the daemon commands the kernel.
enum class Mode : std::uint8_t {
    userspace, ///< decides and commands
    kernel,    ///< keeps the in-kernel path manager's endpoints and limits, which then decides
    observe,   ///< shows everything, commands nothing
};

constexpr std::string_view nameOf(Mode mode) {
    switch (mode) {
    case Mode::userspace:
        return "userspace";
    case Mode::kernel:
        return "kernel";
    case Mode::observe:
        return "observe";
    }
    return "";
}

/// Whether what NetworkManager was told for the in-kernel path manager counts here, too.
enum class ImportFlags : std::uint8_t { no, yes };

struct Limits {
    std::uint8_t subflows = 8; ///< of one connection, the initial one included
    std::uint8_t inbound = 8;  ///< that the peer may open on one connection this host serves

    friend bool operator==(const Limits&, const Limits&) = default;
};

struct Configuration {
    Mode mode = Mode::userspace;
    ImportFlags importFlags = ImportFlags::yes;
    EndpointFlags endpointFlags = EndpointFlags::subflow; ///< with Mode::kernel
    Limits limits;
    Duration auditInterval = std::chrono::minutes(5); ///< Duration::max(): none
    Guard guard;
    std::vector<ConfiguredPolicy> policies;
    std::vector<Rule> rules;     ///< the first that matches; none matches: no policy
    std::vector<LinkRule> links; ///< of each setting, the first that matches and has it
};

} // namespace subflowd::core
