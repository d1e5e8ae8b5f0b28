// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/kernel_link.hpp"

#include "host/network_sysctls.hpp"
#include "netlink/endpoints.hpp"

#include <sched.h>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <variant>

namespace subflowd::runtime {

namespace {

/// Mass work gives the loop a turn after this long.
constexpr auto longestTurn = std::chrono::milliseconds(2);

/// Events are read this many times in a turn before others have theirs.
constexpr int drainsPerTurn = 256;

/// Between two snapshots, however many events were lost meanwhile.
constexpr auto snapshotInterval = std::chrono::milliseconds(100);

/// Until the kernel is asked again for a list that it would not give.
constexpr auto retryInterval = std::chrono::seconds(1);

/// Before the host's settings are read again without being asked to.
constexpr auto factsAge = std::chrono::seconds(30);

} // namespace

KernelLink::KernelLink(EventLoop& loop, core::Engine& engine, host::StateFile& state,
                       const netlink::KernelFeatures& kernel, netlink::EventSocket events)
    : loop_(loop),
      engine_(engine),
      state_(state),
      family_(kernel.family),
      events_(std::move(events)),
      commands_(kernel.family),
      recorder_(loop.raw(), [this] { loop_.wakeBy(EventLoop::now()); }) {
    using Turn = EventLoop::Turn;
    loop_.setTimerCallback([this] { onTimer(); });
    loop_.setDozeCallback([this](Instant now) { spin_.gaveUp(now); });
    for (const auto fd : commands_.fds())
        loop_.watch(fd, Turn::answers, [this] { onAnswers(); });
    for (const auto fd : routes_.fds())
        loop_.watch(fd, Turn::network, [this] { onNetwork(); });
    loop_.watch(diag_.fd(), Turn::network, [this] { onSnapshot(); });
    loop_.watch(health_.fd(), Turn::network, [this] { onHealth(); });
    loop_.watch(listeners_.fd(), Turn::rest, [this] { listeners_.serve(); });
}

void KernelLink::prime() {
    refreshFacts();
    listNetwork();
    while (routes_.state() == netlink::RouteSocket::State::dumping)
        loop_.runOnce(std::chrono::seconds(1));
    if (routes_.state() == netlink::RouteSocket::State::failed)
        throw std::system_error(routes_.error(), std::generic_category(),
                                "the kernel does not list links, addresses and routes");
    primed_ = true;
    loop_.watch(events_.fd(), EventLoop::Turn::kernelEvents, [this] { onEvents(); });
    startSnapshot(core::snapshot::Occasion::start);
    while (snapshotRunning_)
        loop_.runOnce(std::chrono::seconds(1));
    if (diag_.state() == netlink::DiagSocket::State::failed)
        throw std::system_error(diag_.error(), std::generic_category(),
                                "the kernel does not list the connections that exist (is the "
                                "module mptcp_diag there?)");
    state_.retain([this](Token token) { return engine_.report(token).has_value(); });
}

void KernelLink::configure(config::Spin spin) {
    cpu_set_t processors;
    CPU_ZERO(&processors);
    sched_getaffinity(0, sizeof processors, &processors);
    const bool several = CPU_COUNT(&processors) > 1;
    using Processors = HandshakeSpin::Processors;
    spin_ = HandshakeSpin{spin, several ? Processors::several : Processors::one};
    loop_.stayAwake({});
}

void KernelLink::listNetwork() {
    changes_.clear();
    routes_.startDump(changes_);
    const auto now = EventLoop::now();
    for (const auto& change : changes_)
        take(now, change);
}

void KernelLink::listAgain() {
    listing_ = Listing::wanted;
    refreshFacts();
}

/// A dump that is under way has begun before somebody recorded it.
void KernelLink::continueListing() {
    using State = netlink::RouteSocket::State;
    if (recorder_.takeGap())
        listing_ = Listing::wanted;
    if (listing_ == Listing::wanted && routes_.state() != State::dumping) {
        listing_ = Listing::ofNetwork;
        listNetwork();
    } else if (listing_ == Listing::ofNetwork && routes_.state() == State::following) {
        listing_ = Listing::none;
        wanted_ = core::snapshot::Occasion::start;
    }
}

void KernelLink::step(const core::Input& input) {
    const auto now = EventLoop::now();
    take(now, input);
    send(now);
    workOff();
}

void KernelLink::onEvents() {
    for (int i = 0; i < drainsPerTurn; ++i)
        if (!drainOnce()) {
            startWanted();
            break;
        }
    if (std::exchange(served_, false))
        refreshOldFacts();
    workOff();
}

/// Reads a batch of events and sends the commands that answer them. Whether there may be more.
/// Events that were kept for this daemon wait until the network is known: their connections would
/// seem to have lost their addresses.
bool KernelLink::drainOnce() {
    if (!primed_)
        return false;
    const auto begun = EventLoop::now();
    const auto drained = events_.drain();
    bool answered = false;
    bool ahead = false;
    for (const auto& event : drained.events) {
        ahead = sendAhead(begun, event) || ahead;
        if (recorder_.isOn())
            recorder_.write(begun, event);
        const auto& outcome = engine_.step(begun, event);
        queue(begun, outcome);
        answered = answered || !outcome.commands.empty();
        if (answered && &event == &drained.events.back()) {
            commands_.send(); // before anybody else is told
            if (!ahead)
                eventToCommand_.add(EventLoop::now() - begun);
        }
        tell(begun, outcome);
        if (spin_.isOn())
            follow(begun, event);
    }
    if (drained.overrun == netlink::Overrun::yes)
        take(begun, core::EventsLost{});
    send(begun);
    takeAnswersThatWait();
    if (promise_)
        commands_.prepare(promise_->command);
    return drained.queue == netlink::Queue::mayHoldMore;
}

/// What the engine promised to answer goes out before it is asked. Whether something did.
bool KernelLink::sendAhead(Instant now, const core::KernelEvent& event) {
    if (!promise_ || !promise_->isAbout(event, now) ||
        !commands_.sendPrepared(promise_->command.id))
        return false;
    eventToCommand_.add(EventLoop::now() - now);
    ++joinsSentAhead_;
    return true;
}

void KernelLink::follow(Instant now, const core::KernelEvent& event) {
    if (const auto* created = std::get_if<core::event::Created>(&event)) {
        if (created->side == Side::client)
            spin_.created(now, created->token);
    } else if (const auto* established = std::get_if<core::event::Established>(&event)) {
        spin_.established(now, established->token);
    } else {
        return;
    }
    loop_.stayAwake(spin_.until());
}

void KernelLink::onAnswers() {
    takeAnswers();
    workOff();
}

/// The kernel answers while it takes a command or a question, so the answers are there already.
/// They are taken between events: a connection whose facts were asked for would have to wait for
/// the end of a burst.
void KernelLink::takeAnswersThatWait() {
    if (commands_.nextDeadline() != never)
        takeAnswers();
}

void KernelLink::takeAnswers() {
    finished_.clear();
    commands_.receive(finished_);
    if (finished_.empty())
        return;
    const auto now = EventLoop::now();
    for (auto& result : finished_) {
        if (result.facts && engine_.asksControlGroups())
            result.controlGroup = controlGroups_.pathOf(result.facts->cgroup);
        take(now, std::move(result));
    }
    send(now);
}

void KernelLink::onNetwork() {
    changes_.clear();
    routes_.receive(changes_);
    const auto now = EventLoop::now();
    for (const auto& change : changes_)
        take(now, change);
    if (routes_.state() == netlink::RouteSocket::State::failed)
        networkRetry_ = now + retryInterval;
    send(now);
    workOff();
    if (networkChanged_ && !changes_.empty())
        networkChanged_();
}

/// What the kernel told before it made these rows goes first: to rows that are newer than what is
/// known, events under way would look lost.
void KernelLink::onSnapshot() {
    parts_.clear();
    diag_.receive(parts_);
    for (int i = 0; i < drainsPerTurn && drainOnce(); ++i) {
    }
    const auto now = EventLoop::now();
    for (auto& part : parts_) {
        recall(part);
        take(now, std::move(part));
    }
    snapshotRunning_ = diag_.state() == netlink::DiagSocket::State::running;
    if (diag_.state() == netlink::DiagSocket::State::failed) {
        wanted_ = core::snapshot::Occasion::eventsLost;
        lastSnapshot_ = now + retryInterval;
    }
    send(now);
    workOff();
}

void KernelLink::onHealth() {
    const auto report = health_.receive();
    const auto now = EventLoop::now();
    take(now, report);
    send(now);
    workOff();
}

void KernelLink::onTimer() {
    const auto now = EventLoop::now();
    if (commands_.nextDeadline() <= now) {
        finished_.clear();
        commands_.expire(now, finished_);
        for (auto& result : finished_)
            take(now, std::move(result));
        send(now);
    }
    startWanted();
    if (networkRetry_ <= now) {
        networkRetry_ = never;
        listNetwork();
    }
    workOff();
}

/// Mass work in slices: each is sent, then the kernel's events are drained.
void KernelLink::workOff() {
    const auto begun = EventLoop::now();
    if (!opened_.empty())
        send(begun);
    for (auto now = begun; wake_ <= now && now - begun < longestTurn; now = EventLoop::now()) {
        take(now, core::Tick{});
        send(now);
        for (int i = 0; i < drainsPerTurn && drainOnce(); ++i) {
        }
    }
    askHealth();
    continueListing();
    armTimer();
}

/// An answer may lead to the next question, and so on no further.
void KernelLink::askHealth() {
    while (question_ != core::HealthQuestion::none)
        if (const auto activity =
                health_.ask(std::exchange(question_, core::HealthQuestion::none))) {
            const auto now = EventLoop::now();
            take(now, *activity);
            send(now);
        }
}

void KernelLink::take(Instant now, const core::Input& input) {
    if (recorder_.isOn())
        recorder_.write(now, input);
    perform(now, engine_.step(now, input));
}

void KernelLink::perform(Instant now, const core::Outcome& outcome) {
    queue(now, outcome);
    tell(now, outcome);
}

/// What the kernel, and the daemon after this one, are to know.
void KernelLink::queue(Instant now, const core::Outcome& outcome) {
    for (const auto& memo : outcome.memos) {
        state_.write(memo);
        const auto* connection = std::get_if<core::memo::Connection>(&memo);
        served_ = served_ || (connection && connection->side == Side::server);
    }
    if (!outcome.listeners.empty())
        change(outcome.listeners);
    if (recorder_.isOn() && !outcome.commands.empty())
        recorder_.write(now, outcome.commands);
    commands_.queue(outcome.commands, now);
    if (outcome.resync == core::Resync::needed)
        wanted_ = core::snapshot::Occasion::eventsLost;
    else if (outcome.resync == core::Resync::audit && !wanted_)
        wanted_ = core::snapshot::Occasion::audit;
    promise_ = outcome.promise;
    wake_ = outcome.wake;
    if (outcome.health != core::HealthQuestion::none)
        question_ = outcome.health;
}

/// What people are to know.
void KernelLink::tell(Instant now, const core::Outcome& outcome) {
    const bool silent = outcome.changes.empty() && outcome.log.empty() && outcome.answers.empty();
    if (listener_ && !silent)
        listener_(outcome, now);
}

/// The core learns what came of it when the step is over, of which the requests are a part.
void KernelLink::change(const std::vector<core::ListenerRequest>& listeners) {
    for (const auto& [action, local] : listeners)
        if (action == core::ListenerRequest::Action::open)
            opened_.push_back(listeners_.open(local));
        else
            listeners_.close(local);
}

/// Sends what the core wants, when it has been told what listeners became of its wishes. What it
/// wishes then has its turn later, lest the two go on about a port that cannot be had.
void KernelLink::send(Instant now) {
    if (!opened_.empty())
        for (const auto& opened : std::exchange(opened_, {}))
            take(now, opened);
    commands_.send();
}

void KernelLink::refreshFacts() {
    core::HostFacts facts;
    facts.signalEndpoints = netlink::signalEndpoints(family_);
    facts.tcpTimestamps = host::tcpTimestamps();
    facts.reservedPorts = host::reservedPorts();
    if (const auto range = host::ephemeralPorts())
        facts.ephemeralPorts = *range;
    if (const auto timeout = host::closeTimeout())
        facts.closeTimeout = *timeout;
    factsRead_ = EventLoop::now();
    step(facts);
}

/// The kernel reports no change of its endpoints. They matter only where there are connections to
/// announce them on, so a new one has them read again, if they were not lately: a host that is
/// idle, or a client, is never woken for it, and a busy server spends some 30 us every 30 s, after
/// the connection had its answer. Who changes endpoints and does not want to wait reloads.
void KernelLink::refreshOldFacts() {
    if (EventLoop::now() - factsRead_ < factsAge)
        return;
    try {
        refreshFacts();
    } catch (const std::runtime_error&) {
        factsRead_ = EventLoop::now(); // short of memory, perhaps: what was read is the best known
    }
}

void KernelLink::startWanted() {
    if (wanted_ && primed_)
        startSnapshot(*wanted_);
}

void KernelLink::startSnapshot(core::snapshot::Occasion occasion) {
    const auto now = EventLoop::now();
    const bool soon =
        occasion != core::snapshot::Occasion::start && now - lastSnapshot_ < snapshotInterval;
    if (snapshotRunning_ || soon)
        return; // the timer or the end of the running one comes back to it
    wanted_.reset();
    snapshotRunning_ = true;
    lastSnapshot_ = now;
    parts_.clear();
    diag_.start(occasion, parts_);
    for (auto& part : parts_)
        take(now, std::move(part));
    snapshotRunning_ = diag_.state() == netlink::DiagSocket::State::running;
}

/// Adds what the state file kept to what the kernel tells.
void KernelLink::recall(core::SnapshotPart& part) const {
    if (auto* connection = std::get_if<core::snapshot::Connection>(&part))
        connection->remembered = state_.recall(connection->token, connection->initial);
}

void KernelLink::armTimer() {
    auto next = std::min({wake_, commands_.nextDeadline(), networkRetry_});
    if (wanted_ && primed_ && !snapshotRunning_)
        next = std::min(next, lastSnapshot_ + snapshotInterval);
    if (!opened_.empty())
        next = Instant{};
    if (next != never)
        loop_.wakeBy(next);
}

} // namespace subflowd::runtime
