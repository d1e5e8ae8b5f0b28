// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/engine.hpp"
#include "support/fake_kernel.hpp"

#include <subflowd/policy.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace subflowd::test {

/// An engine on a fake kernel with a virtual clock: what the runtime does, without a machine.
class Lab {
  public:
    /// One rule, `default`, with these policies in order. The policies outlive the lab. With
    /// `confinement` a question (AskFacts) stands among the commands for every connection, so only
    /// tests of it have it on.
    explicit Lab(std::vector<core::ConfiguredPolicy> policies,
                 core::Protection confinement = core::Protection::off);

    /// Another configuration, from the next step on.
    void configure(core::Configuration configuration);

    core::Configuration& configuration() { return configuration_; }

    void reload() { configure(configuration_); }

    /// A host with eth0 (10.0.0.1/24, default route) and eth1 (10.0.1.1/24, default route).
    void twoUplinks();
    void uplink(std::uint32_t index, const std::string& name, const std::string& address);

    /// Performs everything that is due, without moving the clock further than that takes.
    void settle() { run(Duration{}); }

    /// Lets time pass and performs what is due on the way.
    void run(Duration duration);

    /// Ends the engine as SIGKILL would and starts another.
    void restart();

    /// Has a snapshot taken when time goes on, as if events had been lost.
    void resync();

    /// The same, only to compare.
    void audit();

    /// Has an operator ask for something, now.
    core::RequestId ask(core::Request request);

    /// The number that ask() will give.
    core::RequestId nextRequest() const { return static_cast<core::RequestId>(asked_ + 1); }

    /// Gives the engine one input, now, and performs what it wants.
    void step(const core::Input& input);

    Token connected(std::string_view local, std::string_view remote,
                    JoinInitial joinInitial = JoinInitial::allowed);

    /// "10.0.1.1 -> 10.9.0.1:443 confirmed" for each subflow that is up; sorted.
    std::vector<std::string> subflows(Token token) const;
    std::vector<std::string> commandsSince(std::size_t mark) const;

    std::size_t mark() const { return kernel.log.size(); }

    FakeKernel kernel;
    std::unique_ptr<core::Engine> engine;
    Instant now{std::chrono::seconds(1000)};
    std::vector<core::Change> changes; ///< all, in order; `by` is not kept
    std::vector<core::LogRecord> log;
    std::vector<core::RequestFinished> answers; ///< to operators, in order
    std::size_t largestSlice = 0;
    std::size_t promisesKept = 0; ///< one that is not throws std::logic_error
    std::map<Token, core::snapshot::Remembered> remembered;

    /// Sees every step before it is performed.
    std::function<void(const core::Input&, const core::Outcome&)> observer;

  private:
    void beginSnapshot(core::snapshot::Occasion occasion);
    void checkPromise(const core::Input& input, const core::Outcome& outcome);
    void perform(const core::Outcome& outcome);
    void remember(const core::Memo& memo);
    void rememberAnnounced(const core::memo::Announced& memo);

    core::Configuration configuration_;
    std::optional<core::Promise> promise_;
    Instant wake_ = never;
    std::optional<core::snapshot::Occasion> wanted_; ///< a snapshot
    std::uint32_t asked_ = 0;                        ///< requests of operators
    bool snapshotRunning_ = false;
    bool starting_ = false; ///< the state file keeps what the first snapshot finds
};

/// A command as one line of text.
std::string describe(const core::Command& command);

/// An answer to an operator likewise: "done", "kernel-refused 99 connect error".
std::string describe(const core::RequestFinished& finished);

} // namespace subflowd::test
