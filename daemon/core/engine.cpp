// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine.hpp"

#include "core/auditor.hpp"
#include "core/evaluator.hpp"
#include "core/event_handler.hpp"
#include "core/health_watch.hpp"
#include "core/reporter.hpp"
#include "core/request_handler.hpp"
#include "core/result_handler.hpp"
#include "core/rules.hpp"
#include "core/snapshot_handler.hpp"
#include "core/sweeper.hpp"
#include "core/world.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

namespace subflowd::core {

namespace {

/// The voice of the same policy in another configuration.
Voice translate(Voice voice, const Configuration& from, const Configuration& to) {
    const auto index = static_cast<std::size_t>(voice);
    if (index >= from.policies.size())
        return voice;
    const auto at =
        std::ranges::find(to.policies, from.policies[index].name, &ConfiguredPolicy::name);
    return at == to.policies.end() ? Voice::core : static_cast<Voice>(at - to.policies.begin());
}

/// Losses that follow one another faster are one burst, and one line of the log.
constexpr auto lossesBurst = std::chrono::seconds(10);

/// What announcements of a port waited for.
void listenerOpened(World& world, const ListenerOpened& opened) {
    world.sweepWanted = true;
    if (opened.error == 0)
        return world.listeners.setOpen(opened.local, world.now);
    const auto where = toString(opened.local);
    if (opened.error == EADDRINUSE) {
        // The kernel's own listener for an endpoint with a port, or an application's.
        world.listeners.setOpen(opened.local, world.now);
        return world.log(LogRecord::Level::notice,
                         where + ": somebody listens there already; joins that are announced for "
                                 "it go to that socket, which must be an MPTCP one");
    }
    world.listeners.setRefused(opened.local, world.now);
    world.log({LogRecord::Level::warning,
               {},
               noLink,
               where + " cannot be announced, because the daemon cannot listen there: errno " +
                   std::to_string(opened.error) +
                   (opened.error == EACCES ? "; a port below 1024 needs CAP_NET_BIND_SERVICE, or "
                                             "net.ipv4.ip_unprivileged_port_start lowered"
                                           : ""),
               LogTopic::cannotListen});
}

} // namespace

class Engine::State {
  public:
    explicit State(std::shared_ptr<const Configuration> configuration) {
        world.configuration = std::move(configuration);
        world.policies.configure(world.configuration->policies);
        world.links.configure(world.configuration->links, world.configuration->importFlags);
    }

    void begin(Instant now) {
        world.outcome.clear();
        world.now = now;
        ++world.step;
    }

    const Outcome& end() {
        requests.settle();
        if (world.policies.hasQuarantined())
            logQuarantined();
        evaluator.promise(world);
        world.outcome.wake = std::min(
            {sweeper.nextWork(), health.nextWork(), requests.nextWork(), auditor.nextWork()});
        return world.outcome;
    }

    void take(const Tick& /*tick*/) {
        sweeper.work();
        health.work();
        auditor.work();
    }

    void take(const KernelEvent& event) { events.handle(event); }

    void take(const NetworkChange& change) { sweeper.handle(change); }

    void take(const CommandFinished& result) {
        results.handle(result);
        requests.handle(result); // a join may have gone out again
    }

    void take(const Requested& requested) { requests.handle(requested); }

    void take(const SnapshotPart& part) {
        if (const auto* begun = std::get_if<snapshot::Begun>(&part))
            auditing = begun->occasion == snapshot::Occasion::audit;
        if (auditing)
            return auditor.handle(part);
        snapshots.handle(part);
        if (std::holds_alternative<snapshot::Ended>(part))
            auditor.conclude();
    }

    void take(const TcpActivity& activity) { health.handle(activity); }

    void take(const HealthReport& report) { health.handle(report); }

    void take(const EventsLost& /*lost*/) {
        if (world.now >= burstEnds)
            world.log(LogRecord::Level::notice,
                      "the kernel had more events than its queue holds and dropped some: what they "
                      "told is taken from its lists. If this comes often, enlarge ReceiveBuffer= "
                      "of [Daemon]");
        burstEnds = world.now + lossesBurst;
        ++world.counters.eventsLost;
        world.outcome.resync = Resync::needed;
        Change change;
        change.kind = Change::Kind::eventsLost;
        world.publish(change);
    }

    void take(const HostFacts& facts) {
        if (world.host == facts)
            return;
        world.host = facts;
        world.listeners.forgetRefused();
        world.sweepWanted = true;
    }

    void take(const LinkNotes& notes) {
        world.links.annotate(notes);
        world.sweepWanted = true;
    }

    void take(const Resumed& resumed) { sweeper.handle(resumed); }

    void take(const ListenerOpened& opened) { listenerOpened(world, opened); }

    void take(const Configured& configured) {
        const auto old = std::exchange(world.configuration, configured.configuration);
        world.policies.configure(world.configuration->policies);
        world.links.configure(world.configuration->links, world.configuration->importFlags);
        world.connections.forEach([&](Connection& connection) {
            if (connection.partial)
                return;
            for (auto& path : connection.paths)
                path.by = translate(path.by, *old, *world.configuration);
            if (connection.factsState == FactsState::known && rulesAsk(*world.configuration))
                connection.factsState = FactsState::notNeeded; // a mark may be another by now
            chooseRule(world, connection); // the sweep asks for what it needs, a slice at a time
            world.orders.resolve(*world.configuration, connection.token, connection.rule);
        });
        world.measurements.forgetNotes();
        world.listeners.forgetRefused();
        world.sweepWanted = true;
    }

    void logQuarantined() {
        for (const auto& name : world.policies.takeQuarantined())
            world.log({LogRecord::Level::error,
                       {},
                       noLink,
                       "policy " + name +
                           " failed three times and is not asked any more; what it wanted stays",
                       LogTopic::policyQuarantined});
    }

    World world;
    Evaluator evaluator;
    EventHandler events{world, evaluator};
    ResultHandler results{world, evaluator};
    SnapshotHandler snapshots{world, evaluator, events};
    Auditor auditor{world, events};
    bool auditing = false; ///< the snapshot that is being taken is an audit's
    Instant burstEnds{};   ///< of lost events, unless there is another
    Sweeper sweeper{world, evaluator};
    HealthWatch health{world};
    RequestHandler requests{world, evaluator};
    Planner planner; ///< for explanations
};

Engine::Engine(std::shared_ptr<const Configuration> configuration)
    : state_(std::make_unique<State>(std::move(configuration))) {}

Engine::~Engine() = default;

const Outcome& Engine::step(Instant now, const Input& input) {
    state_->begin(now);
    std::visit([this](const auto& one) { state_->take(one); }, input);
    return state_->end();
}

const Outcome& Engine::step(Instant now, const KernelEvent& event) {
    state_->begin(now);
    state_->take(event);
    return state_->end();
}

Counters Engine::counters() const {
    return reporter::count(state_->world);
}

const Latencies& Engine::latencies() const {
    return state_->world.latencies;
}

bool Engine::asksControlGroups() const {
    return std::ranges::any_of(state_->world.configuration->rules,
                               [](const Rule& rule) { return !rule.match.controlGroups.empty(); });
}

std::vector<Token> Engine::tokens() const {
    std::vector<Token> tokens;
    const auto& connections = std::as_const(state_->world.connections);
    tokens.reserve(connections.size());
    connections.forEach([&](const Connection& connection) { tokens.push_back(connection.token); });
    return tokens;
}

std::optional<ConnectionReport> Engine::report(Token token) const {
    const auto* connection = state_->world.connections.find(token);
    return connection ? std::optional{reporter::describe(state_->world, *connection)}
                      : std::nullopt;
}

std::vector<PathReport> Engine::explain(Instant now, Token token) const {
    const auto* connection = state_->world.connections.find(token);
    if (!connection)
        return {};
    state_->world.now = now;
    return reporter::explain(state_->world, state_->planner, *connection);
}

std::vector<LinkReport> Engine::links() const {
    return state_->world.links.report();
}

std::vector<EndpointWish> Engine::endpoints() const {
    const auto& configuration = *state_->world.configuration;
    if (configuration.mode != Mode::kernel)
        return {};
    return endpointWishes(state_->world.links, configuration.endpointFlags);
}

std::vector<PolicyReport> Engine::policies() const {
    return state_->world.policies.report();
}

} // namespace subflowd::core
