// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "core/configuration.hpp"
#include "core/event.hpp"
#include "core/health.hpp"
#include "core/host_facts.hpp"
#include "core/link_notes.hpp"
#include "core/listener.hpp"
#include "core/network.hpp"
#include "core/request.hpp"
#include "core/snapshot.hpp"

#include <subflowd/time.hpp>

#include <memory>
#include <variant>

/// Everything that can happen to the core. What can go wrong outside is an input, too.
namespace subflowd::core {

/// Time has come (Outcome::wake), or there is room for another slice of mass work.
struct Tick {
    friend bool operator==(const Tick&, const Tick&) = default;
};

/// The kernel dropped events (ENOBUFS on the event socket, now drained). Asks for a snapshot.
struct EventsLost {
    friend bool operator==(const EventsLost&, const EventsLost&) = default;
};

/// The host was suspended and is awake again. Networks, gateways and the state that NATs keep may
/// be others, and nothing of it is reported.
struct Resumed {
    Duration slept{};
    friend bool operator==(const Resumed&, const Resumed&) = default;
};

/// Another configuration is in force from now on.
struct Configured {
    std::shared_ptr<const Configuration> configuration;
};

using Input = std::variant<Tick, KernelEvent, NetworkChange, CommandFinished, SnapshotPart,
                           EventsLost, TcpActivity, HealthReport, HostFacts, LinkNotes,
                           ListenerOpened, Resumed, Configured, Requested>;

} // namespace subflowd::core
