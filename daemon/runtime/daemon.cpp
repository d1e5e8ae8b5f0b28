// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/daemon.hpp"

#include "build_config.hpp"
#include "config/dump.hpp"
#include "dbus/bus_names.hpp"
#include "host/kept_descriptors.hpp"
#include "host/network_namespace.hpp"
#include "host/other_path_managers.hpp"
#include "runtime/exit_status.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

namespace subflowd::runtime {

namespace {

/// The name of the event socket with the service manager.
constexpr const char* keptEvents = "events";

using Level = host::Log::Level;

constexpr auto sysctlDirectory = "/proc/sys/net/mptcp";

std::filesystem::path stateFileOf(const Options& options, const char* suffix) {
    return options.stateDirectory / (host::fileStem(host::currentNetworkNamespace()) + suffix);
}

void requireMultipathTcp(const host::PathManagerSysctl& sysctl) {
    switch (sysctl.enabled()) {
    case host::MptcpEnabled::yes:
        return;
    case host::MptcpEnabled::no:
        throw StartFailure(ExitStatus::noMultipathTcp,
                           "MPTCP is switched off in this network namespace: set "
                           "net.mptcp.enabled=1");
    case host::MptcpEnabled::noMptcp:
        throw StartFailure(ExitStatus::noMultipathTcp,
                           "this kernel has no MPTCP (there is no net.mptcp.enabled): run a "
                           "kernel built with CONFIG_MPTCP");
    }
}

host::PathManager managerIn(core::Mode mode) {
    return mode == core::Mode::kernel ? host::PathManager::kernel : host::PathManager::userspace;
}

host::InstanceLock lockOrFailure() {
    try {
        return host::InstanceLock{};
    } catch (const std::runtime_error& error) {
        throw StartFailure(ExitStatus::alreadyManaged, error.what());
    }
}

netlink::KernelFeatures kernelOrFailure() {
    try {
        auto features = netlink::resolveKernel();
        if (!features.userspaceCommands)
            throw std::runtime_error("this kernel has no commands for userspace path managers: "
                                     "Linux 5.19 or later is needed");
        return features;
    } catch (const std::runtime_error& error) {
        throw StartFailure(ExitStatus::noMultipathTcp, error.what());
    }
}

} // namespace

Daemon::Daemon(const Options& options, Reading reading, Configurator& configurator)
    : options_(options),
      configurator_(configurator),
      config_(std::move(reading.config)),
      log_(host::readerOfStandardError(), options.logLevel.value_or(config_.daemon.logLevel)),
      started_(EventLoop::now()),
      lock_(lockOrFailure()),
      kernel_(kernelOrFailure()),
      sysctl_(sysctlDirectory, stateFileOf(options, ".path-manager")),
      endpoints_(kernel_.family, host::EndpointMemory{stateFileOf(options, ".endpoints")},
                 [this](const core::LogRecord& record) { log(record); }),
      limits_(kernel_.family, host::LimitMemory{stateFileOf(options, ".limits")},
              [this](const core::LogRecord& record) { log(record); }),
      state_(options.stateDirectory, host::currentNetworkNamespace()),
      engine_(std::move(reading.core)),
      link_(loop_, engine_, state_, kernel_, openEvents()),
      owners_(loop_) {
    logDiagnostics(reading.diagnostics);
    for (const auto& warning : state_.warnings())
        log(Level::warning, warning);
    if (!lock_.warning().empty())
        log(Level::warning, lock_.warning());
    refuseOtherPathManagers();
    loop_.watchSignal(SIGTERM, [this] { loop_.exit(); });
    loop_.watchSignal(SIGINT, [this] { loop_.exit(); });
    loop_.watchSignal(SIGHUP, [this] { reload(); });
    loop_.watch(sleep_.fd(), EventLoop::Turn::rest, [this] { onClockChange(); });
    link_.listen([this](const core::Outcome& outcome, Instant when) { publish(outcome, when); });
    if (!isIn(core::Mode::kernel))
        followInKernel(); // before anybody takes up what a daemon that died has left there
    link_.prime();
    link_.configure(config_.daemon.spin);
    openBus();
    link_.listenToNetwork([this] { linksMayHaveChanged(); });
    takeOver();
}

Daemon::~Daemon() = default;

/// The socket of the daemon that was here before, if the service manager kept it: then no event is
/// missed between the two, and neither are C flags and announcements, which nobody tells again.
netlink::EventSocket Daemon::openEvents() {
    const auto buffer = config_.daemon.receiveBuffer;
    if (auto kept = host::takeKept(keptEvents); kept.isOpen()) {
        auto events =
            netlink::EventSocket::adopt(kernel_.family, kernel_.events, buffer, kept.release());
        log(Level::info, events ? "the events since the last run were kept"
                                : "what was kept of the last run is no socket of this network");
        if (events)
            return std::move(*events);
    }
    netlink::EventSocket events{kernel_.family, kernel_.events, buffer};
    host::keep(keptEvents, events.fd());
    return events;
}

void Daemon::refuseOtherPathManagers() {
    for (const auto& other : host::otherPathManagers(static_cast<std::uint32_t>(kernel_.events))) {
        const auto who = (other.name.empty() ? std::string{"a process"} : other.name) +
                         (other.pid > 0 ? " (pid " + std::to_string(other.pid) + ")" : "");
        const bool manages = other.name == "mptcpd" || other.name == "subflowd";
        if (manages && !isIn(core::Mode::observe))
            throw StartFailure(ExitStatus::alreadyManaged,
                               "another path manager is active in this network namespace: " + who +
                                   "; stop it first");
        log(Level::notice, who + " listens to MPTCP events, too; if it is a path manager, every "
                                 "subflow will be made twice");
    }
}

void Daemon::openBus() {
    if (options_.bus == "none")
        return;
    dbus::Place place{options_.bus, dbus::serviceName};
    if (options_.station == Options::Station::instance)
        place.name =
            dbus::instanceName(static_cast<std::uint64_t>(host::currentNetworkNamespace()));
    bus_ = std::make_unique<dbus::Server>(place, loop_.raw(), *this);
}

/// The path manager of new connections becomes this daemon, or the kernel's own with what this
/// daemon gives it to go by; or it says why it cannot.
void Daemon::takeOver() {
    if (isIn(core::Mode::observe))
        return;
    const auto current = sysctl_.current();
    const std::string wanted{core::nameOf(config_.daemon.mode)};
    if (config_.daemon.manageSysctl) {
        if (const auto problem = sysctl_.takeOver(managerIn(config_.daemon.mode)))
            throw StartFailure(ExitStatus::notPermitted, *problem);
    } else if (current && *current != wanted) {
        throw StartFailure(ExitStatus::notPermitted,
                           "the path manager '" + *current +
                               "' is selected and ManageSysctl=no: set net.mptcp.path_manager=" +
                               wanted + ", or ManageSysctl=yes");
    }
    if (isIn(core::Mode::kernel)) {
        followInKernel();
        linksMayHaveChanged();
    }
}

void Daemon::run() {
    const auto counters = engine_.counters();
    log(Level::notice,
        "subflowd " SUBFLOWD_VERSION " is ready: " + std::to_string(counters.connections) +
            " connections, " + std::to_string(counters.subflows) + " subflows found",
        core::LogTopic::ready);
    loop_.enableWatchdog();
    notifier_.ready();
    loop_.run();
    notifier_.stopping();
    limits_.giveBack();
    if (config_.daemon.manageSysctl)
        if (const auto problem = sysctl_.restore())
            log(Level::warning, *problem);
    log(Level::notice, "subflowd ends; subflows stay as they are", core::LogTopic::ends);
}

void Daemon::publish(const core::Outcome& outcome, Instant when) {
    for (const auto& record : outcome.log) {
        log_.write(when, record, nameOf(record.link));
        if (record.topic == core::LogTopic::policyQuarantined)
            objectsMayHaveChanged();
    }
    if (bus_)
        bus_->publish(outcome.changes, when);
    for (const auto& finished : outcome.answers)
        tell(finished);
    using Kind = core::Change::Kind;
    if (std::ranges::find(outcome.changes, Kind::linkUsable, &core::Change::kind) !=
        outcome.changes.end())
        liftBlackHoleVerdict(when);
}

void Daemon::onClockChange() {
    if (const auto slept = sleep_.take()) {
        link_.step(core::Resumed{*slept});
        liftBlackHoleVerdict(now());
    }
}

/// In another network MPTCP may get through.
void Daemon::liftBlackHoleVerdict(Instant when) {
    if (!isIn(core::Mode::observe) && blackHole_.lift(when) == host::BlackHoleVerdict::Lifted::yes)
        log(Level::info, "the network changed: the kernel's verdict that MPTCP does not get "
                         "through (net.mptcp.blackhole_timeout) is lifted");
}

dbus::Status Daemon::status() const {
    dbus::Status status;
    status.version = SUBFLOWD_VERSION;
    status.mode = core::nameOf(config_.daemon.mode);
    status.uptime = now() - started_;
    status.pathManager = sysctl_.current().value_or("");
    status.kernelFeatures = kernel_.names();
    status.problems = problems_;
    status.joinsSentAhead = link_.joinsSentAhead();
    status.eventToCommand = link_.eventToCommand();
    return status;
}

std::optional<std::string> Daemon::reload() {
    notifier_.reloading(now());
    auto reading = readConfiguration();
    logDiagnostics(reading.diagnostics);
    std::optional<std::string> problem;
    if (reading.core) {
        config_ = std::move(reading.config);
        problem = followMode();
        log_.setLevel(options_.logLevel.value_or(config_.daemon.logLevel));
        link_.configure(config_.daemon.spin);
        refreshFacts();
        configure(std::move(reading.core));
        log(Level::notice, "the configuration was read again and is in force",
            core::LogTopic::configurationTaken);
    } else {
        log(Level::error, "the configuration was not changed: the new one cannot be used",
            core::LogTopic::configurationRefused);
        problem = toText(reading.diagnostics);
    }
    notifier_.ready();
    return problem;
}

/// A policy that only an operator asked for must not stand in the way.
Reading Daemon::readConfiguration() {
    auto reading = configurator_.read(alone_);
    if (reading.core || alone_.empty())
        return reading;
    alone_.clear();
    return configurator_.read();
}

void Daemon::request(core::Request request, Answered answered) {
    const auto id = static_cast<core::RequestId>(++requests_);
    if (const auto* set = std::get_if<core::request::SetPolicies>(&request))
        if (const auto problem = makeMissing(set->policies))
            return answered({id, core::RequestResult::noSuchPolicy, 0, *problem});
    asked_.emplace(id, std::move(answered));
    link_.step(core::Requested{id, std::move(request)});
    linksMayHaveChanged(); // an operator may have given one another role
}

/// Policies that no rule names are made when an operator first wants them; or why they cannot be.
std::optional<std::string> Daemon::makeMissing(const std::vector<std::string>& policies) {
    auto alone = alone_;
    const auto known = engine_.policies();
    for (const auto& name : policies)
        if (std::ranges::find(known, name, &core::PolicyReport::name) == known.end() &&
            std::ranges::find(alone, name) == alone.end())
            alone.push_back(name);
    if (alone == alone_)
        return std::nullopt;
    auto remade = configurator_.remake(config_, alone);
    if (const auto* problem = std::get_if<std::string>(&remade))
        return *problem;
    alone_ = std::move(alone);
    configure(std::get<0>(std::move(remade)));
    return std::nullopt;
}

void Daemon::configure(std::shared_ptr<const core::Configuration> configuration) {
    if (link_.recorder().isOn())
        link_.recorder().write(now(), {config::dump(config_), alone_});
    link_.step(core::Configured{std::move(configuration)});
    linksMayHaveChanged();
}

void Daemon::objectsMayHaveChanged() {
    if (bus_)
        bus_->objectsMayHaveChanged();
}

void Daemon::linksMayHaveChanged() {
    objectsMayHaveChanged();
    if (isIn(core::Mode::kernel))
        endpoints_.keep(engine_.endpoints());
}

std::vector<dbus::PolicyDescription> Daemon::policies() const {
    std::map<std::string, dbus::PolicyDescription> all;
    for (const auto& report : engine_.policies()) {
        auto& description = all[report.name];
        const bool quarantined = description.quarantined || report.quarantined;
        description = configurator_.describe(config_, report.name);
        description.quarantined = quarantined;
    }
    std::vector<dbus::PolicyDescription> policies;
    policies.reserve(all.size());
    for (auto& [name, description] : all)
        policies.push_back(std::move(description));
    return policies;
}

/// All or nothing: the policies are made anew before anything changes.
std::optional<std::string> Daemon::setOptions(const std::string& policy,
                                              const PolicyOptions& options) {
    const auto known = engine_.policies();
    if (std::ranges::find(known, policy, &core::PolicyReport::name) == known.end())
        return "No policy of that name is in use.";
    auto changed = configurator_.withOptions(config_, policy, options);
    if (const auto* problem = std::get_if<std::string>(&changed))
        return *problem;
    auto& config = std::get<config::Config>(changed);
    auto remade = configurator_.remake(config, alone_);
    if (const auto* problem = std::get_if<std::string>(&remade))
        return *problem;
    config_ = std::move(config);
    configure(std::get<0>(std::move(remade)));
    return std::nullopt;
}

/// A recording begins as a daemon does that is started: with the configuration, the network and the
/// connections. What this daemon learned before, nobody else could.
dbus::Host::Recording Daemon::record() {
    using namespace std::chrono;
    if (link_.recorder().isOn())
        return "Somebody records already.";
    try {
        const auto begun = now();
        auto reader = link_.recorder().open(
            {SUBFLOWD_VERSION, begun,
             duration_cast<nanoseconds>(system_clock::now().time_since_epoch())});
        link_.recorder().write(begun, {config::dump(config_), alone_});
        link_.step(notes_);
        link_.listAgain();
        return reader;
    } catch (const std::runtime_error& error) {
        return std::string{"The recording cannot begin: "} + error.what() + ".";
    }
}

void Daemon::tell(const core::RequestFinished& finished) {
    const auto asked = asked_.extract(finished.id);
    if (!asked.empty())
        asked.mapped()(finished);
}

/// Reloading is how an administrator has changed endpoints taken up at once.
void Daemon::refreshFacts() {
    try {
        link_.refreshFacts();
    } catch (const std::runtime_error& error) {
        log(Level::warning, error.what());
    }
}

/// What the in-kernel path manager goes by: limits, and endpoints once links are known. In other
/// modes nothing of the daemon's is left there.
void Daemon::followInKernel() {
    if (isIn(core::Mode::kernel)) {
        limits_.raiseTo(config_.daemon.limits.subflows - 1U);
        return endpoints_.lookAgain();
    }
    endpoints_.release();
    limits_.giveBack();
}

/// The path-manager sysctl as the configuration has it now. What prevented it, as a sentence.
std::optional<std::string> Daemon::followMode() {
    followInKernel();
    if (!config_.daemon.manageSysctl)
        return std::nullopt;
    auto problem = isIn(core::Mode::observe) ? sysctl_.restore()
                                             : sysctl_.takeOver(managerIn(config_.daemon.mode));
    if (problem)
        log(Level::error, *problem);
    return problem;
}

void Daemon::annotate(const core::LinkNotes& notes) {
    notes_ = notes;
    link_.step(notes);
    linksMayHaveChanged();
}

void Daemon::busLost(const std::string& why) {
    problems_.push_back("the bus is gone: " + why);
    log(Level::error,
        problems_.back() + "; connections are managed all the same, subflowctl cannot reach the "
                           "daemon until it is restarted",
        core::LogTopic::busLost);
}

void Daemon::logDiagnostics(const config::Diagnostics& diagnostics) {
    for (const auto& diagnostic : diagnostics)
        log(diagnostic.severity == config::Severity::error ? Level::error : Level::warning,
            toString(diagnostic));
}

/// Of the in-kernel path manager's keepers, who know links by their numbers.
void Daemon::log(core::LogRecord record) {
    const auto name = nameOf(record.link);
    if (!name.empty())
        record.text.insert(0, name + ": ");
    log_.write(now(), record, name);
}

void Daemon::log(Level level, std::string_view text, core::LogTopic topic) {
    log_.write(now(), level, text, topic);
}

std::string Daemon::nameOf(LinkIndex link) const {
    if (link == noLink)
        return {};
    const auto links = engine_.links();
    const auto at = std::ranges::find(links, link, &core::LinkReport::index);
    return at == links.end() ? std::string{} : at->name;
}

void runDaemon(const Options& options) {
    Configurator configurator{options};
    auto reading = configurator.read();
    if (!reading.core)
        throw StartFailure(ExitStatus::badConfiguration,
                           "the configuration cannot be used:\n" + toText(reading.diagnostics));
    requireMultipathTcp(host::PathManagerSysctl{sysctlDirectory, {}});
    try {
        Daemon daemon{options, std::move(reading), configurator};
        daemon.run();
    } catch (const std::system_error& error) {
        const bool denied = error.code() == std::errc::operation_not_permitted ||
                            error.code() == std::errc::permission_denied;
        throw StartFailure(denied ? ExitStatus::notPermitted : ExitStatus::failure, error.what());
    }
}

} // namespace subflowd::runtime
