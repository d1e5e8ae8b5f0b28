// SPDX-License-Identifier: BSD-3-Clause
#include "replay/player.hpp"
#include "support/lab.hpp"
#include "support/scripted_policy.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

namespace subflowd::ctl::replay {
namespace {

using namespace core;
using test::Lab;
using test::ScriptedPolicy;
using Kind = Change::Kind;
using Basis = Player::Basis;

const ScriptedPolicy::Say everything = [](const auto& connection, const auto&, Plan& plan) {
    test::wantAll(connection, plan);
};

/// A daemon that is recorded, on a fake kernel.
class Recorded {
  public:
    explicit Recorded(ScriptedPolicy::Say say) : policy_(std::move(say)) {
        lab.observer = [this](const Input& input, const Outcome& outcome) {
            note(recording::inputLine(lab.now, input));
            if (!outcome.commands.empty())
                note(recording::issuedLine(lab.now, outcome.commands));
        };
        note(recording::configuredLine(lab.now, {"as it was", {}}));
        lab.twoUplinks();
    }

    void note(const std::string& line) { entries.push_back(recording::parseEntry(line)); }

  private:
    ScriptedPolicy policy_;

  public:
    Lab lab{{{"policy", &policy_}}};
    std::vector<recording::Entry> entries;
};

/// A replay with a policy that says something.
class Replayed {
  public:
    Replayed(const std::vector<recording::Entry>& entries, ScriptedPolicy::Say say)
        : policy_(std::move(say)) {
        for (const auto& entry : entries)
            evidence_.see(entry);
        Player player{evidence_,
                      {[this](const auto&) { return configuration(); },
                       [this](Instant, const Change& change, Basis basis) {
                           changes.emplace_back(change.kind, basis);
                       }}};
        for (const auto& entry : entries)
            player.play(entry);
        summary = player.end();
    }

    std::ptrdiff_t count(Kind kind, Basis basis) const {
        return std::ranges::count(changes, std::pair{kind, basis});
    }

    Summary summary;
    std::vector<std::pair<Kind, Basis>> changes;

  private:
    std::shared_ptr<const Configuration> configuration() {
        Configuration configuration;
        configuration.policies = {{"policy", &policy_}};
        configuration.rules.push_back({"default", {}, {0}});
        configuration.guard.confinement = Protection::off;
        return std::make_shared<const Configuration>(std::move(configuration));
    }

    ScriptedPolicy policy_;
    Evidence evidence_;
};

/// Subflows come and go, links flap, everything is asked anew.
void live(Recorded& recorded) {
    auto& lab = recorded.lab;
    lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.connected("10.0.1.1:1001", "10.9.0.1:443");
    lab.run(std::chrono::seconds{3});
    lab.kernel.setCarrier(LinkIndex{2}, false);
    lab.run(std::chrono::seconds{3});
    lab.kernel.setCarrier(LinkIndex{2}, true);
    lab.run(std::chrono::seconds{30});
    lab.resync();
    lab.audit();
    lab.run(std::chrono::seconds{600});
}

TEST(Replay, ofTheSamePolicyCommandsTheSame) {
    Recorded recorded{everything};
    live(recorded);
    const Replayed replayed{recorded.entries, everything};
    EXPECT_EQ(replayed.summary.firstDifference, never);
    EXPECT_EQ(replayed.summary.assumptions, 0U);
    EXPECT_GT(replayed.summary.recordedCommands, 3U);
    EXPECT_EQ(replayed.summary.replayedCommands, replayed.summary.recordedCommands);
    std::vector<Kind> kinds;
    for (const auto& change : recorded.lab.changes)
        kinds.push_back(change.kind);
    std::vector<Kind> again;
    for (const auto& [kind, basis] : replayed.changes)
        again.push_back(kind);
    EXPECT_EQ(again, kinds);
}

TEST(Replay, ofAnEagerPolicyAssumesThatItsSubflowsComeUp) {
    Recorded recorded{{}};
    live(recorded);
    const Replayed replayed{recorded.entries, everything};
    EXPECT_LT(replayed.summary.recordedCommands, replayed.summary.replayedCommands);
    EXPECT_NE(replayed.summary.firstDifference, never);
    EXPECT_GT(replayed.summary.assumptions, 1U);
    EXPECT_GE(replayed.count(Kind::subflowEstablished, Basis::assumed), 2);
    EXPECT_EQ(replayed.count(Kind::subflowEstablished, Basis::recorded), 0);
}

TEST(Replay, ofALazyPolicyDoesNotHearOfSubflowsItDidNotMake) {
    Recorded recorded{everything};
    live(recorded);
    const Replayed replayed{recorded.entries, {}};
    EXPECT_GT(replayed.summary.recordedCommands, 0U);
    EXPECT_EQ(replayed.count(Kind::subflowRequested, Basis::recorded), 0);
    EXPECT_EQ(replayed.count(Kind::subflowEstablished, Basis::recorded), 0);
    EXPECT_EQ(replayed.count(Kind::subflowEstablished, Basis::assumed), 0);
}

TEST(Replay, goesOnAfterAGap) {
    Recorded recorded{everything};
    recorded.lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    recorded.note(recording::gapLine(recorded.lab.now, {5}));
    recorded.lab.resync();
    recorded.lab.run(std::chrono::seconds{600});
    const Replayed replayed{recorded.entries, everything};
    EXPECT_EQ(replayed.summary.lost, 5U);
    EXPECT_NE(replayed.summary.firstDifference, never);
    EXPECT_EQ(replayed.count(Kind::connectionClosed, Basis::recorded), 0);
}

command::CreateSubflow join() {
    command::CreateSubflow join;
    join.token = Token{1};
    join.local = *parseAddress("10.0.1.1");
    join.remote = *parseEndpoint("10.9.0.1:443");
    return join;
}

recording::Entry at(int seconds, auto what) {
    return {Instant{std::chrono::seconds{seconds}}, std::move(what)};
}

TEST(Evidence, saysHowTheNearestJoinEnded) {
    Evidence evidence;
    event::SubflowClosed refused;
    refused.token = Token{1};
    refused.tuple = {{join().local, 40000}, join().remote};
    refused.error = 111;
    const event::SubflowEstablished up{refused};
    evidence.see(at(10, recording::Issued{{{CommandId{1}, join()}}}));
    evidence.see(at(12, Input{KernelEvent{refused}}));
    evidence.see(at(50, recording::Issued{{{CommandId{2}, join()}}}));
    evidence.see(at(51, Input{KernelEvent{up}}));
    const auto early = evidence.fateOf(join(), Instant{std::chrono::seconds{20}});
    EXPECT_FALSE(early.established);
    EXPECT_EQ(early.error, 111);
    EXPECT_EQ(early.after, std::chrono::seconds{2});
    const auto late = evidence.fateOf(join(), Instant{std::chrono::seconds{40}});
    EXPECT_TRUE(late.established);
    EXPECT_EQ(late.after, std::chrono::seconds{1});
}

TEST(Evidence, keepsRefusalsAndAnswers) {
    Evidence evidence;
    evidence.see(at(1, recording::Issued{
                           {{CommandId{1}, join()}, {CommandId{2}, command::AskFacts{Token{1}}}}}));
    CommandFinished refusal;
    refusal.id = CommandId{1};
    refusal.refusal = Refusal::byErrno;
    refusal.error = 99;
    CommandFinished facts;
    facts.id = CommandId{2};
    facts.facts = ConnectionFacts{1000, 0, 0, noLink};
    evidence.see(at(2, Input{refusal}));
    evidence.see(at(2, Input{facts}));
    EXPECT_EQ(evidence.fateOf(join(), {}).refusalError, 99);
    EXPECT_EQ(evidence.answerOf(command::AskFacts{Token{1}}).facts, facts.facts);
    EXPECT_FALSE(evidence.answerOf(command::AskFacts{Token{2}}).facts);
}

} // namespace
} // namespace subflowd::ctl::replay
