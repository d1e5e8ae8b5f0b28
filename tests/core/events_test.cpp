// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// What the kernel's events prove, in whatever order they come.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Events : public Chain {
  protected:
    static event::Connection facts(std::uint32_t token, std::string_view local = "10.0.0.1:1000",
                                   JoinInitial joinInitial = JoinInitial::allowed) {
        return {Token{token},
                Side::client,
                joinInitial,
                {parseEndpoint(local).value(), parseEndpoint(server).value()}};
    }

    static event::Subflow join(std::uint32_t token, std::string_view local,
                               std::string_view remote = server) {
        event::Subflow subflow;
        subflow.token = Token{token};
        subflow.tuple = {parseEndpoint(local).value(), parseEndpoint(remote).value()};
        subflow.remoteId = AddressId{9};
        return subflow;
    }

    void tell(KernelEvent event) { lab.step(std::move(event)); }

    std::size_t connections() const { return lab.engine->counters().connections; }

    std::size_t count(Change::Kind kind) const {
        return static_cast<std::size_t>(std::ranges::count(lab.changes, kind, &Change::kind));
    }
};

TEST_F(Events, CreateAConnectionOnce) {
    tell(event::Created{facts(1)});
    tell(event::Created{facts(1)});
    tell(event::Established{facts(1)});
    tell(event::Established{facts(1)});
    tell(event::Created{facts(1)});
    EXPECT_EQ(connections(), 1U);
    EXPECT_EQ(count(Change::Kind::connectionCreated), 1U);
    EXPECT_EQ(count(Change::Kind::connectionEstablished), 1U);
    EXPECT_EQ(lab.engine->counters().subflows, 1U);
}

TEST_F(Events, CreateAConnectionThatIsEstablishedFirst) {
    tell(event::Established{facts(1)});
    EXPECT_EQ(lab.engine->report(Token{1})->state, ConnectionState::established);
    EXPECT_EQ(count(Change::Kind::connectionCreated), 1U);
    EXPECT_TRUE(lab.remembered.contains(Token{1}));
}

TEST_F(Events, ReplaceAConnectionWhoseEndWasLost) {
    tell(event::Established{facts(1)});
    tell(event::Created{facts(1, "10.0.0.1:2000")});
    const auto report = lab.engine->report(Token{1});
    EXPECT_EQ(report->initial.local.port, 2000);
    EXPECT_EQ(report->state, ConnectionState::created);
    EXPECT_EQ(report->subflows.size(), 1U);
    EXPECT_EQ(connections(), 1U);
}

TEST_F(Events, BringATokenBackToLifeOnlyByItsCreation) {
    tell(event::Closed{Token{1}});
    tell(event::Established{facts(1)});
    tell(event::Announced{Token{1}, AddressId{5}, parseEndpoint("10.9.1.1:443").value()});
    tell(event::SubflowEstablished{join(1, "10.0.1.1:4000")});
    EXPECT_EQ(connections(), 0U);
    tell(event::Created{facts(1)});
    tell(event::Established{facts(1)});
    EXPECT_EQ(connections(), 1U);
    EXPECT_EQ(count(Change::Kind::connectionClosed), 0U) << "it was never known";
}

TEST_F(Events, OfAnUnknownTokenAskForASnapshot) {
    bool resync = false;
    lab.observer = [&resync](const Input&, const Outcome& outcome) {
        resync = outcome.resync == Resync::needed;
    };
    tell(event::Announced{Token{1}, AddressId{5}, parseEndpoint("10.9.1.1:443").value()});
    EXPECT_TRUE(resync);
    EXPECT_EQ(connections(), 1U);
    EXPECT_THAT(lab.engine->report(Token{1})->subflows, IsEmpty());
    EXPECT_THAT(lab.engine->explain(lab.now, Token{1}), IsEmpty());
    for (const KernelEvent event :
         {KernelEvent{event::SubflowEstablished{join(2, "10.0.1.1:4000")}},
          KernelEvent{event::SubflowPriority{join(3, "10.0.1.1:4000")}},
          KernelEvent{event::Removed{Token{4}, AddressId{5}}}}) {
        tell(event);
        EXPECT_TRUE(resync) << event.index();
    }
    event::SubflowClosed closed;
    closed.token = Token{5};
    tell(closed);
    EXPECT_FALSE(resync) << "an end of something unknown is the end of it";
    EXPECT_EQ(connections(), 4U);
    lab.run(0s);
    EXPECT_EQ(connections(), 0U) << "the snapshot knows none of them";
}

TEST_F(Events, CompleteAConnectionThatWasKnownByTokenAndRememberIt) {
    first.say = wantsAll;
    tell(event::Announced{Token{1}, AddressId{5}, parseEndpoint("10.9.1.1:443").value()});
    tell(event::Established{facts(1, "10.0.0.1:1000", JoinInitial::denied)});
    EXPECT_THAT(lab.commandsSince(0), SizeIs(2)) << "to the announced address, from both links";
    const auto& remembered = lab.remembered.at(Token{1});
    EXPECT_EQ(remembered.joinInitial, JoinInitial::denied);
    EXPECT_THAT(remembered.announced, SizeIs(1)) << "or a restart would not know";
}

TEST_F(Events, RememberADenialThatIsLearnedLate) {
    tell(event::Created{facts(1, "10.0.0.1:1000", JoinInitial::unknown)});
    EXPECT_EQ(lab.remembered.at(Token{1}).joinInitial, JoinInitial::unknown);
    tell(event::Established{facts(1, "10.0.0.1:1000", JoinInitial::denied)});
    EXPECT_EQ(lab.remembered.at(Token{1}).joinInitial, JoinInitial::denied);
}

TEST_F(Events, KeepTheFirstEightAnnouncedAddressesAndTheFirstMeaningOfAnId) {
    const auto token = connected();
    for (std::uint8_t i = 1; i <= 12; ++i)
        lab.kernel.announceFromPeer(token, i, "10.9.1." + std::to_string(i) + ":443");
    lab.kernel.announceFromPeer(token, 1, "10.9.99.1:443");
    lab.kernel.announceFromPeer(token, 200, "10.9.1.1:443");
    lab.settle();
    const auto remotes = lab.engine->report(token)->remotes;
    ASSERT_THAT(remotes, SizeIs(8));
    EXPECT_EQ(remotes[0].endpoint, parseEndpoint("10.9.1.1:443"));
    EXPECT_EQ(remotes[0].id, AddressId{1});
    EXPECT_EQ(remotes[7].id, AddressId{8});
}

TEST_F(Events, BoundWhatAPeerCanMakeRememberByItsWithdrawals) {
    const auto token = connected();
    const auto closed = [&] { return count(Change::Kind::addressWithdrawn); };
    for (int i = 0; i < 100; ++i) {
        lab.kernel.withdrawFromPeer(token, 0);
        lab.kernel.announceFromPeer(token, 5, "10.9.1.1:443");
        lab.kernel.withdrawFromPeer(token, 5);
        lab.kernel.withdrawFromPeer(token, 77);
    }
    lab.run(100ms);
    EXPECT_EQ(closed(), 200U) << "77 never meant anything";
    EXPECT_EQ(lab.mark(), 0U);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("destroy 10.0.0.1 -> 10.9.0.1:443"))
        << "one withdrawal of id 0, however often it was said";
}

TEST_F(Events, EndSubflowsOfAnAddressThatWasNeverAnnounced) {
    const auto token =
        lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
    lab.kernel.establish(token);
    lab.kernel.joinFromPeer(token, "10.0.0.1:443", "10.9.1.7:6000", 3);
    lab.run(1s);
    lab.kernel.withdrawFromPeer(token, 3);
    lab.run(199ms);
    EXPECT_EQ(lab.mark(), 0U);
    lab.run(1ms);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("destroy 10.0.0.1 -> 10.9.1.7:6000"));
}

TEST_F(Events, TellOfThePeersPriorities) {
    const auto token = connected();
    lab.kernel.setPriorityFromPeer(token, "10.0.0.1", server, Priority::backup);
    lab.kernel.setPriorityFromPeer(token, "10.0.0.1", server, Priority::backup);
    lab.settle();
    EXPECT_EQ(lab.engine->report(token)->subflows[0].peerPriority, Priority::backup);
    EXPECT_EQ(count(Change::Kind::subflowPriority), 1U);
    auto unknown = join(static_cast<std::uint32_t>(token), "10.0.1.1:4000");
    unknown.peerPriority = Priority::backup;
    tell(event::SubflowPriority{unknown});
    EXPECT_EQ(count(Change::Kind::subflowPriority), 1U) << "no such subflow";
}

TEST_F(Events, MatchTheEndOfACancelledJoinByItsLocalPort) {
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::silent);
    const auto token = connected();
    ASSERT_EQ(lab.engine->counters().pending, 1U);
    event::SubflowClosed closed;
    static_cast<event::Subflow&>(closed) =
        join(static_cast<std::uint32_t>(token), "10.0.1.1:40000", "10.9.0.1:0");
    closed.error = 104;
    tell(closed);
    EXPECT_EQ(lab.engine->counters().pending, 0U);
    EXPECT_EQ(explain(token, "10.0.1.1").lastFailure.cause, Cause::reset);
}

TEST_F(Events, OfAnEndThatWasAcknowledgedDoNotFitANewAttempt) {
    bool closes = false;
    first.say = [&closes](const auto& connection, const auto&, Plan& plan) {
        if (std::exchange(closes, false))
            plan.forbid(pathFrom(connection, other), Existing::close, reason);
        else
            wantAll(connection, plan);
    };
    const auto token = connected();
    lab.run(1s);
    lab.kernel.answer(server, Answer::silent);
    closes = true;
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.settle(); // the ack makes room for another attempt before the old subflow's event comes
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("destroy 10.0.1.1 -> 10.9.0.1:443",
                                                  "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"));
}

TEST_F(Events, LeaveNoPathBehindForEachSubflowAPeerEverOpened) {
    const auto token =
        lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
    lab.kernel.establish(token);
    lab.settle();
    lab.kernel.joinFromPeer(token, "10.0.0.1:443", "10.9.1.7:9000", 4);
    for (int port = 10000; port < 10200; ++port) {
        const auto remote = "10.9.1.7:" + std::to_string(port);
        lab.kernel.joinFromPeer(token, "10.0.0.1:443", remote, 3);
        lab.run(1s);
        lab.kernel.breakSubflow(token, "10.0.0.1", remote, 0);
        lab.run(1s);
    }
    EXPECT_LE(lab.engine->explain(lab.now, token).size(), 64U);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.7:5000", "10.0.0.1 -> 10.9.1.7:9000"));
    EXPECT_EQ(explain(token, "10.0.0.1", "10.9.0.7:5000").state, PathState::confirmed);
}

TEST_F(Events, OfAJoinProveThatTheConnectionIsEstablished) {
    tell(event::Created{facts(1)});
    tell(event::SubflowEstablished{join(1, "10.0.0.1:1000", "10.9.0.1:6000")});
    EXPECT_EQ(lab.engine->report(Token{1})->state, ConnectionState::established);
}

TEST_F(Events, OfListenersChangeNothing) {
    const auto token = connected();
    const auto before = lab.engine->report(token);
    tell(event::Listener{event::Listener::Change::opened, parseEndpoint("10.0.0.1:443").value()});
    EXPECT_EQ(lab.engine->report(token), before);
}

TEST_F(Events, OfAClosingSubflowAreCountedOnce) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    lab.kernel.acksComeLate = true;
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(1s);
    EXPECT_EQ(lab.engine->counters().subflowsClosed, 1U);
    EXPECT_EQ(explain(token, "10.0.1.1").lastFailure.cause, Cause::expected);
}

} // namespace
} // namespace subflowd::test
