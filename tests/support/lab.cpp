// SPDX-License-Identifier: BSD-3-Clause
#include "support/lab.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace subflowd::test {

using namespace core;

Lab::Lab(std::vector<ConfiguredPolicy> policies, Protection confinement) {
    configuration_.policies = std::move(policies);
    Rule rule{"default", {}, {}};
    for (std::size_t i = 0; i < configuration_.policies.size(); ++i)
        rule.chain.push_back(i);
    configuration_.rules.push_back(std::move(rule));
    configuration_.guard.confinement = confinement;
    kernel.setNow(now);
    engine = std::make_unique<Engine>(std::make_shared<const Configuration>(configuration_));
}

void Lab::configure(Configuration configuration) {
    configuration_ = std::move(configuration);
    step(Configured{std::make_shared<const Configuration>(configuration_)});
}

void Lab::twoUplinks() {
    uplink(1, "eth0", "10.0.0.1/24");
    uplink(2, "eth1", "10.0.1.1/24");
    settle();
}

void Lab::uplink(std::uint32_t index, const std::string& name, const std::string& address) {
    const auto link = static_cast<LinkIndex>(index);
    kernel.addLink(link, name);
    kernel.addAddress(link, address);
    const bool v6 = address.find(':') != std::string::npos;
    kernel.addRoute(link, v6 ? "::/0" : "0.0.0.0/0");
}

void Lab::run(Duration duration) {
    const auto end = now + duration;
    while (true) {
        if (wanted_ && !snapshotRunning_) // one after the other
            beginSnapshot(*std::exchange(wanted_, std::nullopt));
        const auto report = kernel.hasReport() ? kernel.nextReport() : never;
        const auto next = std::min(report, wake_);
        if (next > end)
            break;
        now = std::max(now, next);
        kernel.setNow(now);
        // The kernel's events are drained before another slice of mass work.
        if (report <= now)
            step(kernel.takeReport());
        else
            step(Tick{});
    }
    now = std::max(now, end);
    kernel.setNow(now);
}

/// Has the engine keep its promise.
void Lab::checkPromise(const Input& input, const Outcome& outcome) {
    const auto promise = std::exchange(promise_, outcome.promise);
    const auto* event = std::get_if<KernelEvent>(&input);
    if (!promise || !event || !promise->isAbout(*event, now))
        return;
    if (outcome.commands.empty() || outcome.commands.front() != promise->command)
        throw std::logic_error("the engine promised: " + describe(promise->command.command));
    ++promisesKept;
}

void Lab::step(const Input& input) {
    const auto& outcome = engine->step(now, input);
    checkPromise(input, outcome);
    const auto* part = std::get_if<SnapshotPart>(&input);
    if (part && std::holds_alternative<snapshot::Ended>(*part))
        snapshotRunning_ = false;
    if (observer)
        observer(input, outcome);
    perform(outcome);
    if (!snapshotRunning_ && std::exchange(starting_, false))
        std::erase_if(remembered, [this](const auto& one) { return !engine->report(one.first); });
}

void Lab::resync() {
    wanted_ = snapshot::Occasion::eventsLost;
}

RequestId Lab::ask(Request request) {
    const auto id = static_cast<RequestId>(++asked_);
    step(Requested{id, std::move(request)});
    return id;
}

void Lab::audit() {
    wanted_ = snapshot::Occasion::audit;
}

void Lab::perform(const Outcome& outcome) {
    largestSlice = std::max(largestSlice, outcome.commands.size());
    for (const auto& memo : outcome.memos)
        remember(memo);
    for (const auto& change : outcome.changes) {
        changes.push_back(change);
        changes.back().by = {};
    }
    log.insert(log.end(), outcome.log.begin(), outcome.log.end());
    answers.insert(answers.end(), outcome.answers.begin(), outcome.answers.end());
    wake_ = outcome.wake;
    if (outcome.resync == Resync::needed)
        resync();
    else if (outcome.resync == Resync::audit && !wanted_)
        audit();
    for (const auto& request : outcome.listeners)
        kernel.listen(request);
    if (outcome.health != HealthQuestion::none)
        kernel.answer(outcome.health);
    const auto commands = outcome.commands;
    for (const auto& command : commands)
        kernel.execute(command);
}

void Lab::remember(const Memo& memo) {
    if (const auto* connection = std::get_if<memo::Connection>(&memo))
        remembered[connection->token] = {connection->joinInitial, connection->side,
                                         remembered[connection->token].announced};
    else if (const auto* announced = std::get_if<memo::Announced>(&memo))
        rememberAnnounced(*announced);
    else if (const auto* withdrawn = std::get_if<memo::Withdrawn>(&memo);
             withdrawn && remembered.contains(withdrawn->token))
        std::erase_if(remembered[withdrawn->token].announced,
                      [&](const RemoteView& remote) { return remote.id == withdrawn->id; });
    else if (!withdrawn)
        remembered.erase(std::get<memo::Gone>(memo).token);
}

/// Like the state file: nothing about connections that it does not know, one address for each id.
void Lab::rememberAnnounced(const memo::Announced& memo) {
    const auto known = remembered.find(memo.token);
    if (known == remembered.end())
        return;
    auto& announced = known->second.announced;
    std::erase_if(announced, [&memo](const RemoteView& remote) { return remote.id == memo.id; });
    announced.push_back({memo.remote, memo.id, {}, {}});
}

void Lab::restart() {
    engine = std::make_unique<Engine>(std::make_shared<const Configuration>(configuration_));
    wake_ = never;
    promise_.reset();
    kernel.forgetReader();
    kernel.dumpNetwork();
    snapshotRunning_ = true;
    settle(); // the network is known first
    starting_ = true;
    beginSnapshot(snapshot::Occasion::start);
    settle();
}

/// The engine knows of it before the kernel makes the first row, as in KernelLink.
void Lab::beginSnapshot(snapshot::Occasion occasion) {
    snapshotRunning_ = true;
    step(SnapshotPart{snapshot::Begun{occasion}});
    kernel.snapshot(remembered);
}

Token Lab::connected(std::string_view local, std::string_view remote, JoinInitial joinInitial) {
    const auto token = kernel.connect(local, remote, joinInitial);
    settle();
    kernel.establish(token);
    settle();
    return token;
}

std::vector<std::string> Lab::subflows(Token token) const {
    std::vector<std::string> lines;
    const auto report = engine->report(token);
    if (!report)
        return lines;
    for (const auto& subflow : report->subflows) {
        std::string line =
            toString(subflow.tuple.local.address) + " -> " + toString(subflow.tuple.remote);
        if (subflow.state == SubflowState::pending)
            line += " pending";
        if (subflow.state == SubflowState::suspect)
            line += " suspect";
        if (subflow.state == SubflowState::draining)
            line += " draining";
        if (subflow.priority == Priority::backup)
            line += " backup";
        lines.push_back(std::move(line));
    }
    std::ranges::sort(lines);
    return lines;
}

std::vector<std::string> Lab::commandsSince(std::size_t mark) const {
    std::vector<std::string> lines;
    for (std::size_t i = mark; i < kernel.log.size(); ++i)
        lines.push_back(describe(kernel.log[i].command));
    return lines;
}

namespace {

std::string number(auto value) {
    return std::to_string(static_cast<std::uint32_t>(value));
}

struct Describer {
    std::string operator()(const command::CreateSubflow& c) const {
        const auto from =
            c.localPort == 0 ? toString(c.local) : toString(Endpoint{c.local, c.localPort});
        return "create " + from + " id " + number(c.localId) + " on " + number(c.link) + " -> " +
               toString(c.remote) + (c.priority == Priority::backup ? " backup" : "");
    }

    std::string operator()(const command::DestroySubflow& c) const {
        return "destroy " + toString(c.tuple.local.address) + " -> " + toString(c.tuple.remote);
    }

    std::string operator()(const command::ResetSubflow& c) const {
        return "reset " + toString(c.tuple.local.address) + " -> " + toString(c.tuple.remote);
    }

    std::string operator()(const command::CancelJoin& c) const {
        return "cancel " + toString(c.local) + " -> " + toString(c.remote);
    }

    std::string operator()(const command::SetPriority& c) const {
        return std::string{c.priority == Priority::backup ? "backup " : "regular "} +
               toString(c.tuple.local.address) + " -> " + toString(c.tuple.remote);
    }

    std::string operator()(const command::Announce& c) const {
        return "announce " + toString(c.local) + " id " + number(c.localId);
    }

    std::string operator()(const command::RemoveAddress& c) const {
        return "remove id " + number(c.localId);
    }

    std::string operator()(const command::AskIds&) const { return "ask ids"; }

    std::string operator()(const command::AskFacts&) const { return "ask facts"; }
};

} // namespace

std::string describe(const Command& command) {
    return std::visit(Describer{}, command);
}

std::string describe(const RequestFinished& finished) {
    static constexpr const char* words[] = {
        "done",         "no-such-connection", "not-managed",     "not-established",
        "no-such-link", "no-such-address",    "no-such-subflow", "no-such-path",
        "ambiguous",    "not-announced",      "no-such-policy",  "nothing-ordered",
        "refused",      "limit-reached",      "kernel-refused",  "unanswered"};
    std::string text = words[static_cast<std::size_t>(finished.result)];
    if (finished.error != 0)
        text += " " + std::to_string(finished.error);
    if (!finished.message.empty())
        text += " " + finished.message;
    return text;
}

} // namespace subflowd::test
