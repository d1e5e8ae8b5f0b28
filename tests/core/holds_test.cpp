// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

#include <stdexcept>

/// What keeps a wanted path waiting, and what ends the wait.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Holds : public Chain {
  protected:
    /// The second policy holds the path from eth1.
    void holdOther(Until until, Instant time = {}) {
        second.say = [=](const auto& connection, const auto&, Plan& plan) {
            plan.hold(pathFrom(connection, other), until, time, reason);
        };
    }

    /// The first wants all, and another attempt at once whenever one failed.
    void wantPersistently() {
        first.say = [](const ConnectionView& connection, const HostView& host, Plan& plan) {
            wantAll(connection, plan);
            for (std::size_t i = 0; i < connection.paths.size(); ++i)
                plan.retry(static_cast<PathId>(i), host.now, reason);
        };
    }
};

TEST_F(Holds, EndAtTheirTime) {
    first.say = wantsAll;
    const auto due = lab.now + 5s;
    holdOther(Until::time, due);
    const auto token = connected();
    EXPECT_EQ(explain(token, "10.0.1.1").nextTry, due);
    EXPECT_EQ(why(token, "10.0.1.1"), "second: because");
    lab.run(4999ms);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    lab.run(1ms);
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Holds, LastAsLongAsTheLongest) {
    const auto start = lab.now;
    first.say = [start](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.hold(pathFrom(connection, other), Until::time, start + 3s, reason);
    };
    holdOther(Until::time, start + 9s);
    const auto token = connected();
    EXPECT_EQ(explain(token, "10.0.1.1").nextTry, start + 9s);
    std::swap(first.say, second.say);
    EXPECT_EQ(explain(token, "10.0.1.1").nextTry, start + 9s) << "in any order";
}

TEST_F(Holds, WithoutAWantHoldNothing) {
    holdOther(Until::time, lab.now + 5s);
    EXPECT_EQ(why(connected(), "10.0.1.1"), "core: nobody-wants");
}

TEST_F(Holds, UntilANetworkChange) {
    wantPersistently();
    holdOther(Until::networkChange);
    lab.kernel.answer(server, Answer::refuses);
    connected();
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 1U) << "the first attempt is free";
    lab.kernel.addRoute(LinkIndex{1}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U) << "another link's change";
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 2U);
}

TEST_F(Holds, UntilThePeerAnnouncesAgain) {
    constexpr auto announced = "10.9.1.1:443";
    wantPersistently();
    second.say = [](const ConnectionView& connection, const auto&, Plan& plan) {
        for (std::size_t i = 0; i < connection.paths.size(); ++i)
            plan.hold(static_cast<PathId>(i), Until::refreshed, {}, reason);
    };
    lab.kernel.answer(announced, Answer::refuses);
    const auto token = connected(JoinInitial::denied);
    lab.kernel.announceFromPeer(token, 5, announced);
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 2U) << "one attempt from each link";
    lab.kernel.answer(announced, Answer::accepts);
    lab.kernel.announceFromPeer(token, 5, announced);
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 4U);
    EXPECT_EQ(lab.subflows(token).size(), 3U);
}

TEST_F(Holds, UntilAnOperatorActs) {
    wantPersistently();
    holdOther(Until::operatorActs);
    const auto token = connected();
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(60s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    EXPECT_EQ(explain(token, "10.0.1.1").nextTry, never);
}

TEST_F(Holds, AreLiftedByUrgencyIfTheyEndByTime) {
    first.say = wantsAll;
    holdOther(Until::time, lab.now + 1h);
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.urgent(reason);
    };
    lab.reload();
    lab.settle();
    EXPECT_EQ(lab.mark(), 1U);
    lab.run(1s);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 0);
    holdOther(Until::operatorActs);
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(10s);
    EXPECT_EQ(lab.mark(), 1U) << "urgency lifts nothing else";
}

TEST_F(Holds, NobodyHasToSayForAFailedPath) {
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::refuses);
    const auto token = connected();
    lab.run(1h);
    EXPECT_EQ(lab.mark(), 1U);
    EXPECT_EQ(why(token, "10.0.1.1"), "core: waits-for-change");
    EXPECT_EQ(explain(token, "10.0.1.1").lastFailure.cause, Cause::refused);
    EXPECT_EQ(explain(token, "10.0.1.1").attempts, 1U);
}

TEST_F(Holds, EndEarlierWhereAPolicyAllowsARetry) {
    const auto start = lab.now;
    first.say = [start](const ConnectionView& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.retry(pathFrom(connection, other), start + 50s, reason);
        plan.retry(pathFrom(connection, other), start + 20s, reason);
        plan.retry(pathFrom(connection, other), start + 90s, reason);
    };
    lab.kernel.answer(server, Answer::refuses);
    const auto token = connected();
    lab.run(1s);
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because");
    EXPECT_EQ(explain(token, "10.0.1.1").nextTry, start + 20s);
    lab.kernel.answer(server, Answer::accepts);
    lab.run(18s);
    EXPECT_EQ(lab.mark(), 1U);
    lab.run(2s);
    EXPECT_EQ(lab.mark(), 2U);
    EXPECT_EQ(explain(token, "10.0.1.1").state, PathState::confirmed);
}

class Throwing : public Chain {
  protected:
    static inline const ScriptedPolicy::Say throws = [](const auto&, const auto&, Plan& plan) {
        plan.limit(LimitScope::connection, 1, reason); // half a plan is no plan
        throw std::runtime_error("nothing to say");
    };
};

TEST_F(Throwing, LeavesInForceWhatThePolicyWanted) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    first.say = throws;
    lab.reload();
    lab.run(20s);
    EXPECT_EQ(lab.mark(), 1U) << "nothing is drained";
    EXPECT_EQ(lab.engine->policies()[0].strikes, 1U);
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because");
}

TEST_F(Throwing, LeavesInForceWhatThePolicyForbadeAndHeld) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    second.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.forbid(pathFrom(connection, other), Existing::close, reason);
        plan.hold(pathFrom(connection, IpAddress::v4(10, 0, 2, 1)), Until::operatorActs, {},
                  reason);
    };
    lab.reload();
    lab.run(1s);
    const auto mark = lab.mark();
    first.say = throws;
    lab.kernel.breakSubflow(token, "10.0.2.1", server, 0);
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), mark);
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because");
    EXPECT_EQ(why(token, "10.0.2.1"), "first: because");
}

TEST_F(Throwing, ThreeTimesEndsInQuarantineAndDrainsNothing) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    first.say = throws;
    for (int i = 0; i < 5; ++i) {
        lab.kernel.addRoute(LinkIndex{2}, "10." + std::to_string(100 + i) + ".0.0/16");
        lab.run(1s);
    }
    lab.run(20s);
    EXPECT_TRUE(lab.engine->policies()[0].quarantined);
    EXPECT_EQ(lab.mark(), 1U);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    const auto said = std::ranges::count_if(lab.log, [](const core::LogRecord& record) {
        return record.level == core::LogRecord::Level::error &&
               record.text == "policy first failed three times and is not asked any more; what it "
                              "wanted stays";
    });
    EXPECT_EQ(said, 1);
}

TEST_F(Throwing, LeavesAnnouncementsWhereTheyAre) {
    first.say = [](const auto&, const auto&, Plan& plan) { plan.announce(LocalId{1}, 0, reason); };
    const auto token = connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("announce 10.0.1.1:0 id 2"));
    first.say = throws;
    for (int i = 0; i < 4; ++i) {
        lab.kernel.announceFromPeer(token, 5, "10.9.1.1:443");
        lab.run(1s);
    }
    EXPECT_TRUE(lab.engine->policies()[0].quarantined);
    EXPECT_EQ(lab.mark(), 1U);
}

} // namespace
} // namespace subflowd::test
