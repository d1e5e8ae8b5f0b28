// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/engine.hpp"
#include "dbus/host.hpp"
#include "dbus/server.hpp"
#include "host/black_hole_verdict.hpp"
#include "host/instance_lock.hpp"
#include "host/log.hpp"
#include "host/notify.hpp"
#include "host/path_manager_sysctl.hpp"
#include "host/sleep_watch.hpp"
#include "host/state_file.hpp"
#include "runtime/configurator.hpp"
#include "runtime/endpoint_keeper.hpp"
#include "runtime/event_loop.hpp"
#include "runtime/kernel_link.hpp"
#include "runtime/limit_keeper.hpp"
#include "runtime/options.hpp"
#include "runtime/owner_link.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace subflowd::runtime {

/// The daemon: everything put together. Constructing it starts it, in the order that loses
/// nothing: configuration, kernel, what exists, bus, and only then the path-manager sysctl, so
/// that the kernel hands connections over to somebody who is there.
class Daemon final : public dbus::Host {
  public:
    /// Throws StartFailure.
    Daemon(const Options& options, Reading reading, Configurator& configurator);
    ~Daemon() override;

    /// Runs until SIGTERM or SIGINT. Subflows stay as they are.
    void run();

    Instant now() const override { return EventLoop::now(); }

    const core::Engine& engine() const override { return engine_; }

    std::optional<dbus::UserId> ownerOf(Token token) override { return owners_.ownerOf(token); }

    void askOwners(OwnersTold told) override { owners_.ask(std::move(told)); }

    dbus::Status status() const override;
    std::optional<std::string> reload() override;
    std::vector<dbus::PolicyDescription> policies() const override;
    std::optional<std::string> setOptions(const std::string& policy,
                                          const PolicyOptions& options) override;
    void request(core::Request request, Answered answered) override;
    Recording record() override;
    void annotate(const core::LinkNotes& notes) override;
    void busLost(const std::string& why) override;

  private:
    void refuseOtherPathManagers();
    void openBus();

    bool isIn(core::Mode mode) const { return config_.daemon.mode == mode; }

    void takeOver();
    void refreshFacts();
    std::optional<std::string> followMode();
    void followInKernel();
    void publish(const core::Outcome& outcome, Instant when);
    void objectsMayHaveChanged();
    void linksMayHaveChanged();
    void configure(std::shared_ptr<const core::Configuration> configuration);
    void tell(const core::RequestFinished& finished);
    Reading readConfiguration();
    std::optional<std::string> makeMissing(const std::vector<std::string>& policies);
    netlink::EventSocket openEvents();
    void onClockChange();
    void liftBlackHoleVerdict(Instant when);
    void logDiagnostics(const config::Diagnostics& diagnostics);
    void log(core::LogRecord record);
    void log(host::Log::Level level, std::string_view text,
             core::LogTopic topic = core::LogTopic::none);
    std::string nameOf(LinkIndex link) const;

    const Options& options_;
    Configurator& configurator_;
    config::Config config_;
    host::Log log_;
    Instant started_;
    EventLoop loop_;
    host::InstanceLock lock_;
    netlink::KernelFeatures kernel_;
    host::PathManagerSysctl sysctl_;
    EndpointKeeper endpoints_;
    LimitKeeper limits_;
    host::StateFile state_;
    host::SleepWatch sleep_;
    host::BlackHoleVerdict blackHole_;
    core::Engine engine_;
    KernelLink link_;
    std::unique_ptr<dbus::Server> bus_;
    OwnerLink owners_; ///< goes before the bus, which its answers are for
    host::Notifier notifier_;
    core::LinkNotes notes_; ///< the last ones
    std::vector<std::string> problems_;
    std::vector<std::string> alone_; ///< policies that operators asked for and no rule names
    std::uint32_t requests_ = 0;
    std::map<core::RequestId, Answered> asked_; ///< by operators, and not answered yet
};

/// Checks what the host must offer, makes the daemon and runs it.
void runDaemon(const Options& options);

} // namespace subflowd::runtime
