// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/engine.hpp"
#include "core/histogram.hpp"
#include "host/control_groups.hpp"
#include "host/join_listeners.hpp"
#include "host/state_file.hpp"
#include "netlink/command_port.hpp"
#include "netlink/control.hpp"
#include "netlink/diag_socket.hpp"
#include "netlink/event_socket.hpp"
#include "netlink/route_socket.hpp"
#include "runtime/event_loop.hpp"
#include "runtime/handshake_spin.hpp"
#include "runtime/health_link.hpp"
#include "runtime/recorder.hpp"

#include <subflowd/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace subflowd::runtime {

/// Joins the engine and the kernel: what the kernel reports becomes inputs, and what the engine
/// wants becomes commands. Nothing waits.
///
/// The order of every turn: the kernel's events first, their commands in one go; then answers;
/// then mass work, a slice at a time, with the events drained in between.
class KernelLink {
  public:
    /// What an outcome has for others than the kernel.
    using Listener = std::function<void(const core::Outcome&, Instant)>;

    KernelLink(EventLoop& loop, core::Engine& engine, host::StateFile& state,
               const netlink::KernelFeatures& kernel, netlink::EventSocket events);

    void listen(Listener listener) { listener_ = std::move(listener); }

    /// Calls back when something of the network is other than it was.
    void listenToNetwork(std::function<void()> changed) { networkChanged_ = std::move(changed); }

    /// Learns the host's settings, the network and the connections that exist. Returns when all
    /// are known.
    void prime();

    /// Takes an input that does not come from the kernel.
    void step(const core::Input& input);

    /// Whether to stay awake for handshakes, from now on.
    void configure(config::Spin spin);

    /// Reads what the host is set to, and waits for it. Throws std::runtime_error if the kernel
    /// does not tell.
    void refreshFacts();

    Recorder& recorder() { return recorder_; }

    /// Has everything listed anew, for whoever records. Throws as refreshFacts() does.
    void listAgain();

    const netlink::EventCounters& events() const { return events_.counters(); }

    /// How many joins went out before the engine was asked for them, because it had promised to.
    std::uint64_t joinsSentAhead() const { return joinsSentAhead_; }

    /// How long it took from a batch of events to the commands that answer it.
    const core::Histogram& eventToCommand() const { return eventToCommand_; }

  private:
    /// Everything once more: the network, and then the connections.
    enum class Listing : std::uint8_t { none, wanted, ofNetwork };

    void onEvents();
    void onAnswers();
    void onNetwork();
    void onSnapshot();
    void onHealth();
    void onTimer();

    bool drainOnce();
    bool sendAhead(Instant now, const core::KernelEvent& event);
    void follow(Instant now, const core::KernelEvent& event);
    void takeAnswersThatWait();
    void takeAnswers();
    void take(Instant now, const core::Input& input);
    void perform(Instant now, const core::Outcome& outcome);
    void queue(Instant now, const core::Outcome& outcome);
    void tell(Instant now, const core::Outcome& outcome);
    void change(const std::vector<core::ListenerRequest>& listeners);
    void send(Instant now);
    void refreshOldFacts();
    void listNetwork();
    void continueListing();
    void workOff();
    void askHealth();
    void startWanted();
    void startSnapshot(core::snapshot::Occasion occasion);
    void recall(core::SnapshotPart& part) const;
    void armTimer();

    EventLoop& loop_;
    core::Engine& engine_;
    host::StateFile& state_;
    netlink::FamilyId family_;
    netlink::EventSocket events_;
    netlink::CommandPort commands_;
    netlink::RouteSocket routes_;
    netlink::DiagSocket diag_;
    HealthLink health_;
    host::JoinListeners listeners_;
    host::ControlGroups controlGroups_;
    HandshakeSpin spin_{{}, HandshakeSpin::Processors::one};
    Recorder recorder_;
    Listener listener_;
    std::function<void()> networkChanged_;
    Instant wake_ = never;
    core::HealthQuestion question_ = core::HealthQuestion::none; ///< not asked yet
    bool snapshotRunning_ = false;
    std::optional<core::snapshot::Occasion> wanted_; ///< a snapshot, as soon as one can be taken
    bool primed_ = false;
    Listing listing_ = Listing::none;
    std::optional<core::Promise> promise_;
    bool served_ = false; ///< a connection to this host was created
    Instant lastSnapshot_{};
    Instant factsRead_{};
    Instant networkRetry_ = never;
    std::vector<core::CommandFinished> finished_;
    std::vector<core::ListenerOpened> opened_; ///< the core was not told yet
    std::vector<core::NetworkChange> changes_;
    std::vector<core::SnapshotPart> parts_;
    std::uint64_t joinsSentAhead_ = 0;
    core::Histogram eventToCommand_;
};

} // namespace subflowd::runtime
