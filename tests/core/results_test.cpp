// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

#include <cerrno>

/// What the answers to commands mean.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;
using testing::ElementsAre;
using testing::IsEmpty;

class Results : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        first.say = wantsAll;
    }

    std::size_t count(Change::Kind kind) const {
        return static_cast<std::size_t>(std::ranges::count(lab.changes, kind, &Change::kind));
    }
};

TEST_F(Results, OfACommandThatIsNotKnownAreIgnored) {
    lab.step(CommandFinished{CommandId{99}, Refusal::byErrno, EINVAL, "", {}, {}, {}});
    EXPECT_EQ(lab.engine->counters().commandsRefused, 0U);
    EXPECT_THAT(lab.log, testing::Not(testing::Contains(
                             testing::Field(&LogRecord::level, LogRecord::Level::error))));
}

TEST_F(Results, OfALocalRefusalAreTheFailureOfThePath) {
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.settle();
    lab.kernel[token].halfClosed = true;
    lab.kernel.establish(token);
    lab.settle();
    const auto path = explain(token, "10.0.1.1");
    EXPECT_EQ(path.lastFailure, (Failure{Cause::refusedLocally, ENOTCONN, std::nullopt, false}));
    EXPECT_EQ(path.state, PathState::failed);
    EXPECT_EQ(count(Change::Kind::commandRefused), 1U);
    const auto counters = lab.engine->counters();
    EXPECT_EQ(counters.subflowsFailed, 1U);
    EXPECT_EQ(counters.commandsRefused, 1U);
    EXPECT_EQ(counters.pending, 0U);
    EXPECT_EQ(lab.log.back().text,
              "the kernel refused SUBFLOW_CREATE: errno 107 (connect error: -107)");
}

TEST_F(Results, ThatDoNotComeAskForASnapshot) {
    bool resync = false;
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.settle();
    lab.observer = [&resync](const Input&, const Outcome& outcome) {
        resync = resync || outcome.resync == Resync::needed;
    };
    lab.engine->step(lab.now, KernelEvent{event::Established{lab.kernel[token].facts}});
    lab.step(CommandFinished{CommandId{1}, Refusal::unanswered, 0, "", {}, {}, {}});
    EXPECT_TRUE(resync);
    EXPECT_EQ(lab.engine->counters().pending, 1U) << "it may have been carried out";
    lab.kernel[token].established = true;
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 2U) << "the snapshot did not show it: tried again";
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Results, ThatNameNoSuchTokenEndTheConnection) {
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.settle();
    const auto facts = lab.kernel[token].facts;
    lab.kernel.losesEvents = true;
    lab.kernel.close(token);
    lab.step(KernelEvent{event::Established{facts}});
    lab.settle();
    EXPECT_EQ(lab.engine->counters().connections, 0U);
    EXPECT_EQ(count(Change::Kind::connectionClosed), 1U) << "whoever watches is told";
    EXPECT_THAT(lab.remembered, IsEmpty());
    lab.step(KernelEvent{event::Announced{token, AddressId{5}, facts.initial.remote}});
    EXPECT_EQ(lab.engine->counters().connections, 0U) << "a late event does not bring it back";
    lab.step(KernelEvent{event::Closed{token}});
    EXPECT_EQ(count(Change::Kind::connectionClosed), 1U);
}

TEST_F(Results, OfARefusalHoldAPathThatHasAnotherSubflow) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan, {0, 3, {}});
    };
    const auto token = connected();
    lab.kernel[token].halfClosed = true;
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 4U) << "one more on each path, then a refusal on each, and no more";
    EXPECT_EQ(explain(token, "10.0.1.1").lastFailure.cause, Cause::refusedLocally);
    lab.kernel[token].halfClosed = false;
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 6U) << "two more from eth1: what succeeded needs no change to go on";
}

TEST_F(Results, OfARefusalHoldAPathThatIsBeingDrained) {
    const auto token = connected();
    lab.run(1s);
    lab.configuration().links = {{"eth1", Role::ignore}};
    lab.reload();
    lab.run(1s);
    lab.kernel[token].halfClosed = true;
    lab.configuration().links.clear();
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.commandsSince(2).size(), 1U) << "refused once is enough";
}

TEST_F(Results, LeaveAConnectionOfTheKernelAlone) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel[token].kernelManaged = true;
    lab.kernel.establish(token);
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 2U) << "both were under way when the first answer came";
    EXPECT_EQ(lab.engine->report(token)->managedBy, ManagedBy::kernel);
    EXPECT_EQ(lab.subflows(token).size(), 1U);
    EXPECT_EQ(lab.engine->counters().foreign, 1U);
    EXPECT_EQ(why(token, "10.0.1.1"), "core: kernel-manages");
}

TEST_F(Results, TeachTheIdThatTheKernelUses) {
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel[token].table.push_back({other, 0, AddressId{50}});
    lab.kernel.establish(token);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443", "ask ids",
                            "create 10.0.1.1 id 50 on 2 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(Results, AskOnceForTheIdsOfSeveralCommands) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel[token].table = {{other, 0, AddressId{3}},
                               {IpAddress::v4(10, 0, 2, 1), 0, AddressId{2}}};
    lab.kernel.establish(token);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(2),
                ElementsAre("ask ids", "create 10.0.1.1 id 3 on 2 -> 10.9.0.1:443",
                            "create 10.0.2.1 id 2 on 3 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.subflows(token).size(), 3U);
}

TEST_F(Results, TakeAnIdThatIsFreeWhereAnotherAddressHasTheHosts) {
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel[token].table.push_back({IpAddress::v4(10, 0, 7, 7), 0, AddressId{2}});
    lab.kernel.establish(token);
    lab.run(1s);
    EXPECT_EQ(lab.commandsSince(2)[0], "create 10.0.1.1 id 254 on 2 -> 10.9.0.1:443");
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(1s);
    EXPECT_THAT(lab.kernel[token].rmAddrSent, ElementsAre(AddressId{254}));
}

TEST_F(Results, NeverGiveOneIdToTwoAddresses) {
    for (int i = 2; i <= 255; ++i)
        lab.kernel.addAddress(LinkIndex{1}, "10.0.0." + std::to_string(i) + "/32");
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.uplink(4, "eth3", "10.0.3.1/24");
    lab.settle();
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 2, 1)), {}, reason);
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 3, 1)), {}, reason);
    };
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.2.1 id 254 on 3 -> 10.9.0.1:443",
                                                  "create 10.0.3.1 id 253 on 4 -> 10.9.0.1:443"))
        << "the host has more addresses than there are ids";
}

TEST_F(Results, GiveUpOnAnIdThatTheKernelDoesNotExplain) {
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel[token].table.push_back({other, 0, AddressId{50}});
    lab.kernel.tellsIds = false;
    lab.kernel.establish(token);
    lab.run(60s);
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443", "ask ids",
                            "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"))
        << "asking again and again would be a loop";
    EXPECT_EQ(explain(token, "10.0.1.1").state, PathState::failed);
}

TEST_F(Results, MakeAnotherConnectionFindOutWhenTheLeadersCommandIsRefused) {
    const auto leader = lab.kernel.connect("10.0.0.1:1000", server, JoinInitial::unknown);
    const auto next = lab.kernel.connect("10.0.0.1:1001", server, JoinInitial::unknown);
    lab.kernel[leader].halfClosed = true;
    lab.kernel.establish(leader);
    lab.kernel.establish(next);
    lab.run(1s);
    EXPECT_EQ(lab.subflows(next).size(), 2U);
    EXPECT_EQ(lab.engine->report(next)->joinInitial, JoinInitial::allowed);
}

} // namespace
} // namespace subflowd::test
