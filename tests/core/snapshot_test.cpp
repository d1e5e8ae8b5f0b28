// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Snapshots : public Chain {
  protected:
    static snapshot::Connection row(std::uint32_t token, std::string_view local,
                                    std::string_view remote) {
        return {Token{token},
                {parseEndpoint(local).value(), parseEndpoint(remote).value()},
                std::nullopt};
    }

    static snapshot::Subflow subflow(std::uint32_t token, std::string_view local,
                                     std::string_view remote) {
        snapshot::Subflow one;
        one.token = Token{token};
        one.tuple = {parseEndpoint(local).value(), parseEndpoint(remote).value()};
        one.fullyEstablished = true;
        return one;
    }

    void tell(SnapshotPart part) { lab.step(std::move(part)); }
};

TEST_F(Snapshots, TellTheSideByTheInitialSubflow) {
    tell(snapshot::Begun{snapshot::Occasion::start});
    tell(row(1, "10.0.0.1:1000", server));
    tell(row(2, "10.0.0.1:443", "10.9.0.7:5000"));
    auto initial = subflow(1, "10.0.0.1:1000", server);
    initial.initial = initial.openedHere = true;
    tell(initial);
    initial = subflow(2, "10.0.0.1:443", "10.9.0.7:5000");
    initial.initial = true;
    tell(initial);
    tell(snapshot::Ended{});
    EXPECT_EQ(lab.engine->report(Token{1})->side, Side::client);
    EXPECT_EQ(lab.engine->report(Token{2})->side, Side::server);
    EXPECT_EQ(lab.engine->counters().repairs, 0U) << "at start everything is news";
}

TEST_F(Snapshots, TellTheSideByListenersWhenTheInitialSubflowIsGone) {
    tell(snapshot::Begun{snapshot::Occasion::start});
    tell(row(1, "10.0.0.1:1000", server));
    tell(row(2, "10.0.0.1:443", "10.9.0.7:5000"));
    tell(snapshot::Listener{parseEndpoint("0.0.0.0:443").value()});
    tell(subflow(2, "10.0.0.1:443", "10.9.0.8:5000"));
    tell(snapshot::Ended{});
    EXPECT_EQ(lab.engine->report(Token{1})->side, Side::client);
    EXPECT_EQ(lab.engine->report(Token{2})->side, Side::server);
    EXPECT_THAT(lab.engine->report(Token{1})->subflows, IsEmpty());
}

TEST_F(Snapshots, TellWhatTheStateFileRemembered) {
    tell(snapshot::Begun{snapshot::Occasion::start});
    auto connection = row(1, "10.0.0.1:443", server);
    connection.remembered =
        snapshot::Remembered{JoinInitial::denied,
                             Side::server,
                             {{parseEndpoint("10.9.1.1:443").value(), AddressId{5}, {}, {}}}};
    tell(connection);
    tell(snapshot::Ended{});
    const auto report = lab.engine->report(Token{1});
    EXPECT_EQ(report->side, Side::server);
    EXPECT_EQ(report->joinInitial, JoinInitial::denied);
    ASSERT_THAT(report->remotes, SizeIs(1));
    EXPECT_EQ(report->remotes[0].id, AddressId{5});
    EXPECT_THAT(lab.remembered.at(Token{1}).announced, SizeIs(1)) << "and it is kept";
}

TEST_F(Snapshots, TellAnAnnouncedAddressOnceEvenIfAnEventDidToo) {
    first.say = wantsAll;
    tell(snapshot::Begun{snapshot::Occasion::start});
    lab.step(KernelEvent{
        event::Announced{Token{1}, AddressId{5}, parseEndpoint("10.9.1.1:443").value()}});
    auto connection = row(1, "10.0.0.1:1000", server);
    connection.remembered =
        snapshot::Remembered{JoinInitial::denied,
                             Side::client,
                             {{parseEndpoint("10.9.1.1:443").value(), AddressId{5}, {}, {}}}};
    tell(connection);
    tell(subflow(1, "10.0.0.1:1000", server));
    tell(snapshot::Ended{});
    EXPECT_THAT(lab.engine->report(Token{1})->remotes, SizeIs(1));
    lab.step(Tick{});
    EXPECT_THAT(lab.commandsSince(0), SizeIs(2)) << "one join from each link";
}

TEST_F(Snapshots, DoNotBringBackWhatEndedMeanwhile) {
    first.say = wantsAll;
    const auto kept = connected();
    const auto closed = connected();
    lab.run(1s);
    lab.kernel.dumpTakes = 100ms;
    lab.resync();
    lab.settle();
    lab.kernel.close(closed);
    lab.kernel.breakSubflow(kept, "10.0.1.1", server, 110);
    lab.run(1s);
    EXPECT_EQ(lab.engine->counters().connections, 1U);
    EXPECT_THAT(lab.subflows(kept), ElementsAre("10.0.0.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.engine->counters().repairs, 0U);
}

TEST_F(Snapshots, DoNotForgetWhatBeganMeanwhile) {
    first.say = wantsAll;
    lab.kernel.dumpTakes = 100ms;
    lab.resync();
    lab.settle();
    const auto token = connected();
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    EXPECT_EQ(lab.engine->counters().repairs, 0U);
}

TEST_F(Snapshots, DoNotForgetAJoinThatBeganMeanwhile) {
    const auto token = connected();
    lab.kernel.dumpTakes = 100ms;
    lab.kernel.roundTrip = 1s;
    lab.resync();
    lab.settle();
    first.say = wantsAll;
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(500ms);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"));
    EXPECT_EQ(lab.mark(), 1U);
    EXPECT_EQ(lab.engine->counters().repairs, 0U);
}

TEST_F(Snapshots, FindWhatWasMissed) {
    first.say = wantsAll;
    const auto token = connected();
    const auto gone = connected();
    lab.run(1s);
    lab.kernel.losesEvents = true;
    lab.kernel.close(gone);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 110);
    const auto missed = lab.kernel.connect("10.0.1.1:7000", server);
    lab.kernel.establish(missed);
    lab.run(1s);
    lab.kernel.reportLoss();
    lab.kernel.answer(server, Answer::silent);
    lab.settle();
    EXPECT_FALSE(lab.engine->report(gone));
    EXPECT_EQ(lab.engine->report(missed)->state, ConnectionState::established);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"))
        << "nobody saw why it ended, so it is tried again";
    const auto counters = lab.engine->counters();
    EXPECT_EQ(counters.repairs, 4U) << "a connection more, its subflow, one less, a subflow less";
    EXPECT_EQ(counters.eventsLost, 1U);
    EXPECT_EQ(counters.resyncs, 1U);
}

TEST_F(Snapshots, DoNotTakeALateEventForTheEndOfTheNextJoin) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    const auto gone = lab.kernel[token].subflows.back().tuple;
    lab.kernel.losesEvents = true;
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 110);
    lab.kernel.losesEvents = false;
    lab.kernel.answer(server, Answer::silent);
    lab.resync();
    lab.run(10ms);
    const auto sent = lab.mark();
    lab.step(KernelEvent{
        event::SubflowClosed{{token, gone, {}, {}, Priority::regular, noLink}, 110, {}, false}});
    lab.settle();
    EXPECT_EQ(lab.mark(), sent) << "the join is still there";
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"));
}

TEST_F(Snapshots, ReplaceAConnectionWhoseTokenWasUsedAgain) {
    const auto token = connected();
    auto& facts = lab.kernel[token];
    facts.facts.initial.local.port = 7777;
    facts.subflows[0].tuple.local.port = 7777;
    lab.resync();
    lab.settle();
    EXPECT_EQ(lab.engine->report(token)->initial.local.port, 7777);
    EXPECT_EQ(lab.engine->counters().connections, 1U);
}

TEST_F(Snapshots, AdoptAJoinThatIsStillPending) {
    first.say = wantsAll;
    lab.kernel.roundTrip = 4s;
    const auto token = connected();
    lab.restart();
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"));
    EXPECT_EQ(explain(token, "10.0.1.1").state, PathState::pending);
    EXPECT_EQ(lab.mark(), 1U) << "it is not asked for twice";
    lab.run(11s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Snapshots, TellAdoptedJoinsApartWhenOneIsCancelled) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::silent);
    const auto token = connected();
    lab.restart();
    ASSERT_EQ(lab.subflows(token).size(), 3U);
    lab.configuration().links = {{"eth2", Role::ignore}};
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(2), ElementsAre("cancel 10.0.2.1 -> 10.9.0.1:443"))
        << "nothing is drained that carries nothing, and nothing asked for twice";
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"));
    EXPECT_EQ(lab.kernel[token].subflows.size(), 2U);
}

TEST_F(Snapshots, LetAllGoThatAPathHasTooManyOf) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan, {0, 4, {}});
    };
    const auto token = connected();
    lab.run(1min);
    const auto before = lab.subflows(token).size();
    ASSERT_GE(before, 6U);
    const auto mark = lab.mark();
    first.say = wantsAll;
    lab.restart();
    EXPECT_EQ(lab.commandsSince(mark).size(), before - 2) << "one a path stays; at once";
    lab.run(1min);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
}

TEST_F(Snapshots, LearnThatAPendingJoinWasAccepted) {
    const auto token = connected();
    first.say = wantsAll;
    lab.kernel.losesEvents = true;
    lab.reload();
    lab.run(1s);
    ASSERT_EQ(lab.engine->counters().pending, 1U);
    lab.kernel.reportLoss();
    lab.run(1s);
    EXPECT_EQ(lab.engine->counters().pending, 0U);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.mark(), 1U);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 0);
    lab.settle();
    EXPECT_EQ(explain(token, "10.0.1.1").state, PathState::failed) << "it was matched by its port";
}

TEST_F(Snapshots, LearnTheIdsOfSubflowsThatThePeerOpened) {
    const auto token =
        lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
    lab.kernel.establish(token);
    lab.kernel[token].subflows.push_back(
        {{parseEndpoint("10.0.1.1:443").value(), parseEndpoint("10.9.0.7:5001").value()},
         AddressId{9},
         AddressId{0},
         Priority::backup,
         Priority::regular,
         true,
         {},
         false,
         false});
    lab.kernel[token].table.push_back({other, 0, AddressId{9}});
    lab.restart();
    const auto subflows = lab.engine->report(token)->subflows;
    ASSERT_THAT(subflows, SizeIs(2));
    EXPECT_EQ(subflows[1].localId, AddressId{9});
    EXPECT_EQ(subflows[1].priority, Priority::backup);
    EXPECT_FALSE(subflows[1].initial);
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("remove id 9", "destroy 10.0.1.1 -> 10.9.0.7:5001"));
}

TEST_F(Snapshots, LetAnotherLeadWhenTheLeadersJoinVanished) {
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::silent);
    const auto leader = lab.kernel.connect("10.0.0.1:1000", server, JoinInitial::unknown);
    const auto next = lab.kernel.connect("10.0.0.1:1001", server, JoinInitial::unknown);
    lab.kernel.establish(leader);
    lab.kernel.establish(next);
    lab.run(1s);
    ASSERT_EQ(lab.mark(), 1U);
    lab.kernel[leader].subflows.pop_back();
    lab.kernel[leader].kernelManaged = true;
    lab.resync();
    lab.kernel.answer(server, Answer::accepts);
    lab.run(1s);
    EXPECT_EQ(lab.subflows(next).size(), 2U);
}

TEST_F(Snapshots, AreAnnouncedOnceForABurstOfLosses) {
    const auto told = [this] {
        return std::ranges::count(lab.log, LogRecord::Level::notice, &LogRecord::level);
    };
    for (int loss = 0; loss < 5; ++loss) {
        lab.step(EventsLost{});
        lab.run(3s);
    }
    EXPECT_EQ(told(), 1);
    EXPECT_EQ(lab.engine->counters().resyncs, 5U);
    lab.run(10s);
    lab.step(EventsLost{});
    EXPECT_EQ(told(), 2);
}

} // namespace
} // namespace subflowd::test
