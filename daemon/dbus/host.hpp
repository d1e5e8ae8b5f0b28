// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/engine.hpp"
#include "core/histogram.hpp"
#include "core/request.hpp"
#include "dbus/file_descriptor.hpp"

#include <subflowd/ids.hpp>
#include <subflowd/time.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace subflowd::dbus {

/// What the daemon says of itself beside what the engine knows.
struct Status {
    std::string version;                     ///< "0.1.0"; constant
    std::string mode;                        ///< "userspace", "kernel" or "observe"
    Duration uptime{};                       ///< since the daemon started
    std::string pathManager;                 ///< of the kernel; empty if it cannot be read
    std::vector<std::string> kernelFeatures; ///< one word each; constant
    std::vector<std::string> problems;       ///< whole sentences; empty if all is well
    std::uint64_t joinsSentAhead = 0;        ///< that were ready before the event they answer
    core::Histogram eventToCommand;          ///< from a kernel's event to the answer to it

    friend bool operator==(const Status&, const Status&) = default;
};

/// A policy that is in use, as others than the engine know it.
struct PolicyDescription {
    std::string name;
    std::string version;
    std::string summary;
    std::string file; ///< empty: built in
    bool quarantined = false;
    std::map<std::string, std::string> options; ///< all of them, with the values in force

    friend bool operator==(const PolicyDescription&, const PolicyDescription&) = default;
};

/// A user of this host, as the kernel and the bus number them.
enum class UserId : std::uint32_t {};

/// Whose connections are.
using Owners = std::unordered_map<Token, UserId>;

/// What the D-Bus service needs from the daemon. Called from the event loop only; must outlive
/// the service and must not throw.
class Host {
  public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    /// The clock that `Server::publish` and the engine are told.
    virtual Instant now() const = 0;

    /// Asked between two steps; the reference is used during the call only.
    virtual const core::Engine& engine() const = 0;

    /// Whose the socket of a connection is now, asked of the kernel, which answers at once;
    /// nothing if there is none, or the kernel does not tell.
    virtual std::optional<UserId> ownerOf(Token token) = 0;

    /// The same of all connections: told once, during the call or later. Who is not among them the
    /// kernel did not tell.
    using OwnersTold = std::function<void(const Owners&)>;
    virtual void askOwners(OwnersTold told) = 0;

    virtual Status status() const = 0;

    /// Reads the configuration again. The diagnostics, one a line, if it cannot be used (the old
    /// one stays in force); nothing if the new one is in force.
    virtual std::optional<std::string> reload() = 0;

    /// The policies in use, each name once.
    virtual std::vector<PolicyDescription> policies() const = 0;

    /// Gives a policy other values for some options, in place of those of its [Policy NAME], until
    /// the configuration is read again; an empty one is the built-in value. Why not, as a sentence,
    /// if any of them cannot be: then nothing changes.
    using PolicyOptions = std::map<std::string, std::string>;
    virtual std::optional<std::string> setOptions(const std::string& policy,
                                                  const PolicyOptions& options) = 0;

    /// Has an operator's request done; what came of it is told once, during the call or later.
    using Answered = std::function<void(const core::RequestFinished&)>;
    virtual void request(core::Request request, Answered answered) = 0;

    /// Where somebody can read everything that the core is told from now on; or why not, as a
    /// sentence.
    using Recording = std::variant<FileDescriptor, std::string>;
    virtual Recording record() = 0;

    /// What network managers say of links, in place of what they said before.
    virtual void annotate(const core::LinkNotes& notes) = 0;

    /// The bus went away: nothing is served any more; monitors that are open go on. Called once,
    /// from inside the service, which must not be destroyed before the call returned.
    virtual void busLost(const std::string& why) = 0;
};

} // namespace subflowd::dbus
