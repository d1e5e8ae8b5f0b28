// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/event.hpp"
#include "core/health.hpp"
#include "core/listener.hpp"
#include "core/request.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/reason.hpp>
#include <subflowd/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a step of the core wants done: everything it has to say to the world.
namespace subflowd::core {

/// Something that changed, for whoever watches (subflowctl monitor, D-Bus signals).
struct Change {
    enum class Kind : std::uint8_t {
        connectionCreated,
        connectionEstablished,
        connectionClosed,
        connectionLearned, ///< by a snapshot
        subflowRequested,
        subflowEstablished,
        subflowClosed,
        subflowPriority, ///< either side changed it
        subflowSuspect,  ///< it seems dead
        subflowRecovered,
        addressAnnounced,
        addressWithdrawn,
        commandRefused,
        linkUsable,   ///< an address of the link became usable
        linkUnusable, ///< an address of the link is no longer usable
        eventsLost,
        resynchronised,
    };

    Kind kind = Kind::connectionCreated;
    Token token{};
    Side side = Side::client;
    FourTuple tuple; ///< of the connection or the subflow; the remote alone for addresses
    LinkIndex link = noLink;
    AddressId localId{};
    AddressId remoteId{};
    Priority priority = Priority::regular;
    Failure failure;     ///< with subflowClosed and commandRefused
    Duration took{};     ///< with resynchronised: the snapshot
    Reason reason;       ///< why the daemon did it
    std::string_view by; ///< the policy that wanted it; lives until the next step

    friend bool operator==(const Change&, const Change&) = default;
};

/// What a line of the log is about, where somebody explains it: see systemd/subflowd.catalog.
enum class LogTopic : std::uint8_t {
    none,
    ready,
    ends,
    configurationTaken,
    configurationRefused,
    policyQuarantined,
    moreToUse, ///< on a link
    lessToUse,
    cannotListen, ///< for the joins to a port that is to be announced
    busLost,
};

/// A line for the log.
struct LogRecord {
    enum class Level : std::uint8_t { debug, info, notice, warning, error };

    Level level = Level::info;
    Token token{};           ///< 0: none
    LinkIndex link = noLink; ///< noLink: none
    std::string text;
    LogTopic topic = LogTopic::none;

    friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

/// What must survive the daemon, because no dump tells it again. Written to the state file.
namespace memo {

struct Connection {
    Token token{};
    FourTuple initial;
    Side side = Side::client;
    JoinInitial joinInitial = JoinInitial::unknown;

    friend bool operator==(const Connection&, const Connection&) = default;
};

struct Announced {
    Token token{};
    AddressId id{};
    Endpoint remote;

    friend bool operator==(const Announced&, const Announced&) = default;
};

struct Withdrawn {
    Token token{};
    AddressId id{};

    friend bool operator==(const Withdrawn&, const Withdrawn&) = default;
};

struct Gone {
    Token token{};

    friend bool operator==(const Gone&, const Gone&) = default;
};

} // namespace memo

using Memo = std::variant<memo::Connection, memo::Announced, memo::Withdrawn, memo::Gone>;

/// Whether inet_diag must be asked for everything.
enum class Resync : std::uint8_t {
    notNeeded,
    audit,  ///< to compare
    needed, ///< to repair: something was missed
};

/// What a step will answer, told before it comes: if the next input is `event`, before `until`, its
/// outcome's first command is `command`. Who performs outcomes may send that ahead of the step.
struct Promise {
    event::Established event;
    Instant until{};
    IssuedCommand command;

    /// Whether it is about the step that `next`, which comes now, begins.
    bool isAbout(const KernelEvent& next, Instant now) const {
        const auto* established = std::get_if<event::Established>(&next);
        return established && *established == event && now < until;
    }

    friend bool operator==(const Promise&, const Promise&) = default;
};

struct Outcome {
    std::vector<IssuedCommand> commands; ///< to send, in order, in one go
    std::vector<ListenerRequest> listeners;
    std::vector<Memo> memos; ///< to write, in order, before commands that were not promised
    std::vector<Change> changes;
    std::vector<LogRecord> log;
    std::vector<RequestFinished> answers; ///< to operators
    std::optional<Promise> promise;       ///< for the next step
    Resync resync = Resync::notNeeded;
    HealthQuestion health = HealthQuestion::none;

    /// When to step again with Tick if nothing else happens. Not after now: there is more work,
    /// to be done once the kernel's events are drained.
    Instant wake = never;

    void clear() {
        commands.clear();
        listeners.clear();
        memos.clear();
        changes.clear();
        log.clear();
        answers.clear();
        promise.reset();
        resync = Resync::notNeeded;
        health = HealthQuestion::none;
        wake = never;
    }
};

} // namespace subflowd::core
