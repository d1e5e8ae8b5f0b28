// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "core/connection_table.hpp"
#include "core/denied_servers.hpp"
#include "core/host_facts.hpp"
#include "core/in_flight.hpp"
#include "core/inbound_census.hpp"
#include "core/join_budget.hpp"
#include "core/link_table.hpp"
#include "core/listener_table.hpp"
#include "core/measurements.hpp"
#include "core/order_book.hpp"
#include "core/outcome.hpp"
#include "core/policy_desk.hpp"
#include "core/reachability.hpp"
#include "core/remote_table.hpp"
#include "core/source_ports.hpp"
#include "core/timer_queue.hpp"
#include "core/tombstones.hpp"

#include <subflowd/time.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::core {

/// Everything the core knows, and what it has to say in this step. The parts of the core are
/// functions over it: events, results, snapshots and sweeps change it, the planner reads it, the
/// reconciler commands.
struct World {
    std::shared_ptr<const Configuration> configuration;
    HostFacts host;
    LinkTable links;
    RemoteTable remotes;
    ConnectionTable connections;
    DeniedServers deniedServers;
    JoinBudget joinBudget;
    InboundCensus inbound;
    ListenerTable listeners;
    Reachability reachability;
    SourcePorts sourcePorts;
    Measurements measurements;
    OrderBook orders;
    PolicyDesk policies;
    InFlightTable inFlight;
    Tombstones tombstones;
    TimerQueue timers;
    Counters counters;
    Latencies latencies;
    Outcome outcome;
    Instant now{};
    std::uint64_t step = 0;     ///< numbers inputs from 1
    std::uint32_t snapshot = 0; ///< numbers snapshots from 1
    bool snapshotRunning = false;
    Instant snapshotBegun{};
    bool sweepWanted = false; ///< every connection is to be looked at again
    std::size_t watched = 0;  ///< connections whose subflows' health matters
    std::size_t suspects = 0; ///< subflows that seem dead

    /// Connections that wait for a budget, the first to come first.
    std::vector<Token> line;

    // What the step has to say.

    void publish(const Change& change);
    void log(LogRecord record);
    void log(LogRecord::Level level, std::string text, Token token = {}, LinkIndex link = noLink);

    /// Issues a command; its answer will find `context` again. Fills in the number.
    CommandId issue(const Command& command, InFlight context);

    /// A snapshot begins; one that was begun before will not end.
    void beginSnapshot();

    /// It ended. How long it took.
    Duration endSnapshot();

    /// The connection is to be looked at again at an instant, or earlier.
    void schedule(Connection& connection, Instant at);

    /// The connection waits for a budget: it is looked at again when its turn comes.
    void queue(Connection& connection);

    // Words for what is known.

    std::string_view nameOf(Voice voice) const;
    Endpoint localEndpoint(const Connection& connection, const Subflow& subflow) const;
    FourTuple tupleOf(const Connection& connection, const Subflow& subflow) const;
    FourTuple initialTuple(const Connection& connection) const;
    const Local& localOf(const Connection& connection, const Subflow& subflow) const;

    /// Whether joins to the peer's initial address and port are allowed, as far as anybody knows.
    JoinInitial joinInitial(const Connection& connection) const;
};

} // namespace subflowd::core
