// SPDX-License-Identifier: BSD-3-Clause
#include "fullmesh.hpp"
#include "support/lab.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto server = "10.9.0.1:443";

class Client : public testing::Test {
  protected:
    fullmesh::Fullmesh policy{Settings{}};
    Lab lab{{{"fullmesh", &policy}}};
};

TEST_F(Client, GainsASubflowFromEachOtherAddressWhenEstablished) {
    lab.twoUplinks();
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.settle();
    EXPECT_THAT(lab.commandsSince(0), IsEmpty()) << "nothing can be joined before ESTABLISHED";
    lab.kernel.establish(token);
    lab.settle();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 pending"));
    lab.run(1s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Client, TakesEventsThatOvertakeTheAckOfTheirCommand) {
    lab.kernel.acksComeLate = true;
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(1s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Client, LeavesAnAddressThatIsGoneAfterItsReplacementWentOut) {
    lab.twoUplinks();
    lab.uplink(3, "eth2", "10.0.2.1/24");
    policy.~Fullmesh();
    Settings two;
    two.set("MaxSubflows", "2");
    new (&policy) fullmesh::Fullmesh{two};
    lab.settle();
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(1s);
    const auto mark = lab.mark();
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(mark),
                ElementsAre("create 10.0.2.1 id 3 on 3 -> 10.9.0.1:443", "remove id 2",
                            "destroy 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.2.1 -> 10.9.0.1:443"));
}

TEST_F(Client, ComesBackWhenTheLinkDoes) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(1s);
    lab.kernel.setCarrier(LinkIndex{2}, false);
    lab.run(1s);
    EXPECT_THAT(lab.subflows(token), ElementsAre("10.0.0.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.kernel[token].rmAddrSent, ElementsAre(AddressId{2}));
    lab.kernel.setCarrier(LinkIndex{2}, true);
    lab.run(1s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
}

TEST_F(Client, ReplacesAnInitialSubflowWhoseLinkIsDown) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(1s);
    const auto mark = lab.mark();
    lab.kernel.setCarrier(LinkIndex{1}, false);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(mark),
                ElementsAre("remove id 0", "destroy 10.0.0.1 -> 10.9.0.1:443"));
    lab.kernel.setCarrier(LinkIndex{1}, true);
    lab.run(1s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.commandsSince(mark).back(), "create 10.0.0.1 id 0 on 1 -> 10.9.0.1:443");
}

TEST_F(Client, NeverJoinsTheInitialAddressOfAServerThatDeniesIt) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server, JoinInitial::denied);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    lab.kernel.announceFromPeer(token, 5, server);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty()) << "announced or not, it is the initial address";
    lab.kernel.announceFromPeer(token, 6, "10.9.1.1:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.1.1:443",
                                                  "create 10.0.0.1 id 0 on 1 -> 10.9.1.1:443"));
}

TEST_F(Client, RemembersTheDenialAcrossARestart) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server, JoinInitial::denied);
    lab.run(1s);
    lab.restart();
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    EXPECT_EQ(lab.engine->report(token)->joinInitial, JoinInitial::denied);
}

TEST_F(Client, ManagesWhatItFindsAtAStart) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(1s);
    lab.restart();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U) << "the subflow exists already";
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("create 10.0.2.1 id 3 on 3 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.engine->report(token)->subflows.size(), 3U);
}

TEST_F(Client, LetsOneConnectionFindOutForAllWhetherJoinsAreAllowed) {
    lab.twoUplinks();
    const auto first = lab.kernel.connect("10.0.0.1:1000", server, JoinInitial::unknown);
    const auto second = lab.kernel.connect("10.0.0.1:1001", server, JoinInitial::unknown);
    lab.kernel.establish(first);
    lab.kernel.establish(second);
    lab.settle();
    EXPECT_EQ(lab.mark(), 1U) << "one leads, the others wait";
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 2U);
    EXPECT_EQ(lab.engine->report(second)->joinInitial, JoinInitial::allowed);
}

TEST_F(Client, TakesARefusedJoinForADenialWhileNothingElseIsKnown) {
    lab.twoUplinks();
    lab.kernel.answer(server, Answer::refuses);
    const auto first = lab.kernel.connect("10.0.0.1:1000", server, JoinInitial::unknown);
    const auto second = lab.kernel.connect("10.0.0.1:1001", server, JoinInitial::unknown);
    lab.kernel.establish(first);
    lab.kernel.establish(second);
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U);
    EXPECT_EQ(lab.engine->report(second)->joinInitial, JoinInitial::denied);
}

TEST_F(Client, DoesNotHammerAPeerThatRejects) {
    lab.twoUplinks();
    lab.kernel.answer(server, Answer::rejects);
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 1U);
    EXPECT_EQ(lab.engine->explain(lab.now, token)[1].lastFailure.cause, Cause::rejected);
    lab.kernel.answer(server, Answer::accepts);
    lab.kernel.addRoute(LinkIndex{2}, "10.8.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 2U) << "a change of the network deserves another attempt";
}

TEST_F(Client, IsNotBroughtBackByAnEventAfterItsEnd) {
    lab.twoUplinks();
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.settle();
    const auto facts = lab.kernel[token].facts;
    lab.kernel.close(token);
    lab.settle();
    lab.engine->step(lab.now, core::KernelEvent{core::event::Established{facts}});
    EXPECT_EQ(lab.engine->counters().connections, 0U);
}

TEST_F(Client, AnswersTheFirstChangeOfALinkAtOnceAndFlapsWithPatience) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", server);
    lab.run(1s);
    lab.kernel.setCarrier(LinkIndex{2}, false);
    lab.settle();
    EXPECT_EQ(lab.subflows(token).size(), 1U) << "the first change acts at once";
    const auto mark = lab.mark();
    for (int i = 0; i < 5; ++i) {
        lab.kernel.setCarrier(LinkIndex{2}, true);
        lab.run(10ms);
        lab.kernel.setCarrier(LinkIndex{2}, false);
        lab.run(10ms);
    }
    lab.kernel.setCarrier(LinkIndex{2}, true);
    lab.run(100ms);
    EXPECT_EQ(lab.mark(), mark) << "a link that flaps is waited for";
    lab.run(500ms);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(Client, ServesFreshConnectionsWhileMassWorkGoesOn) {
    lab.uplink(1, "eth0", "10.0.0.1/24");
    lab.settle();
    for (std::uint16_t i = 0; i < 500; ++i)
        lab.connected("10.0.0.1:" + std::to_string(2000 + i), server);
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 0U);
    lab.largestSlice = 0;
    lab.uplink(2, "eth1", "10.0.1.1/24");
    lab.run(5s);
    EXPECT_EQ(lab.mark(), 500U);
    EXPECT_LE(lab.largestSlice, 8U);
}

/// An application may be faster than the news of the address that it uses.
TEST_F(Client, KeepsTheInitialSubflowThatCameBeforeItsAddress) {
    lab.uplink(2, "eth1", "10.0.1.1/24");
    lab.settle();
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.settle();
    lab.uplink(1, "eth0", "10.0.0.1/24");
    lab.kernel.establish(token);
    lab.run(1min);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.1.1 id 1 on 2 -> 10.9.0.1:443"));
}

/// A sweep begins where the last one ended, in the midst of a table that grows meanwhile.
TEST_F(Client, OverlooksNobodyWhenConnectionsComeDuringMassWork) {
    lab.uplink(1, "eth0", "10.0.0.1/24");
    std::vector<Token> tokens;
    const auto connect = [&] {
        const auto local = "10.0.0.1:" + std::to_string(2000 + tokens.size());
        tokens.push_back(lab.kernel.connect(local, server));
        lab.kernel.establish(tokens.back());
    };
    while (tokens.size() < 300)
        connect();
    lab.run(1s);
    std::size_t most = 500;
    lab.observer = [&](const core::Input& input, const core::Outcome& outcome) {
        const bool slice = std::holds_alternative<core::Tick>(input) && !outcome.commands.empty();
        if (slice && tokens.size() < most)
            connect();
    };
    lab.uplink(2, "eth1", "10.0.1.1/24");
    lab.run(10s);
    most = 600;
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.run(10s);
    EXPECT_EQ(tokens.size(), most);
    for (const auto token : tokens)
        ASSERT_THAT(lab.subflows(token), SizeIs(3));
}

TEST_F(Client, ForgetsEverythingWhenConnectionsClose) {
    lab.twoUplinks();
    std::vector<Token> tokens;
    for (std::uint16_t i = 0; i < 50; ++i)
        tokens.push_back(lab.connected("10.0.0.1:" + std::to_string(2000 + i), server));
    lab.run(1s);
    for (const auto token : tokens)
        lab.kernel.close(token);
    lab.run(1s);
    EXPECT_EQ(lab.engine->counters().connections, 0U);
    EXPECT_EQ(lab.engine->counters().subflows, 0U);
    EXPECT_THAT(lab.remembered, IsEmpty());
}

} // namespace
} // namespace subflowd::test
