// SPDX-License-Identifier: BSD-3-Clause
#include "ndiffports.hpp"
#include "policies/situation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// How many subflows ndiffports wants on which path.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using ndiffports::Ndiffports;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto server = "10.9.0.1:443";
constexpr auto announced = "10.9.1.1:443";

class NdiffportsTest : public testing::Test {
  protected:
    NdiffportsTest() {
        now.link(1, "eth0");
        now.link(2, "wlan0");
        now.address(1, "10.0.0.1");
        now.address(2, "10.0.1.1");
        now.path("10.0.0.1", server).state = PathState::confirmed;
    }

    /// The subflows that are wanted on the only path that is; 0: none is.
    unsigned count(Policy& asked) {
        const auto plan = now.ask(asked);
        if (plan.wants().size() != 1 || plan.multiples().size() != 1 ||
            plan.wants()[0].path != plan.multiples()[0].path)
            return 0;
        return plan.multiples()[0].count;
    }

    std::string_view why(Policy& asked) {
        const auto plan = now.ask(asked);
        return plan.multiples().empty() ? std::string_view{} : codeOf(plan.multiples()[0].reason);
    }

    /// One more was taken on the initial path and closed at once.
    void reject() {
        now.path("10.0.0.1", server).lastFailure.cause = Cause::rejected;
        now.path("10.0.0.1", server).failed = now.now - 1s;
    }

    Situation now{"10.0.0.1:1000", server};
    Ndiffports policy{settings({{"AfterBytes", "0"}})};
};

TEST_F(NdiffportsTest, WantsTwoWhereTheConnectionBegan) {
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:443 ports-several"));
    EXPECT_EQ(count(policy), 2U);
}

TEST_F(NdiffportsTest, WantsAsManyAsTheSettingSays) {
    Ndiffports eight{settings({{"Subflows", "8"}, {"AfterBytes", "0"}})};
    EXPECT_EQ(count(eight), 8U);
    Ndiffports one{settings({{"Subflows", "1"}, {"AfterBytes", "0"}})};
    EXPECT_EQ(count(one), 1U);
}

TEST_F(NdiffportsTest, OpensNothingAsAServer) {
    now.connection.side = Side::server;
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST_F(NdiffportsTest, WantsNothingWhereNoneCanLeave) {
    now.path("10.0.0.1", server).usability = Usability::linkDown;
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST_F(NdiffportsTest, UsesAnAnnouncedAddressIfTheInitialOneIsDenied) {
    now.connection.joinInitial = JoinInitial::denied;
    EXPECT_THAT(now.wants(policy), IsEmpty());
    now.announced(announced);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.1.1:443 ports-several"));
    EXPECT_EQ(count(policy), 2U);
}

TEST_F(NdiffportsTest, StaysWithTheAnnouncedAddressThatHasSubflows) {
    now.connection.joinInitial = JoinInitial::denied;
    now.announced(announced);
    now.announced("10.9.2.1:443");
    now.announced("10.9.3.1:443");
    now.failed("10.0.0.1", announced);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.2.1:443 ports-several"));
    now.subflow("10.0.0.1", "10.9.3.1:443", SubflowState::up);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.3.1:443 ports-several"));
}

TEST_F(NdiffportsTest, NeverUsesWhatThePeerWithdrew) {
    now.connection.joinInitial = JoinInitial::denied;
    now.announced(announced);
    now.withdrawn(announced);
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST_F(NdiffportsTest, StopsGrowingWhenThePeerRejects) {
    Ndiffports four{settings({{"Subflows", "4"}, {"AfterBytes", "0"}})};
    now.sibling("10.0.0.1", server, SubflowState::up);
    reject();
    EXPECT_EQ(count(four), 2U);
    EXPECT_EQ(why(four), "ports-rejected");
    now.path("10.0.0.1", server).failed = never; // a later one was taken and stayed
    EXPECT_EQ(count(four), 4U);
}

TEST_F(NdiffportsTest, HeedsARejectionOnAnyPath) {
    now.path("10.0.1.1", server).lastFailure.cause = Cause::rejected;
    now.failed("10.0.1.1", server);
    now.path("10.0.1.1", server).failed = now.now - 1s;
    EXPECT_EQ(count(policy), 1U);
}

TEST_F(NdiffportsTest, GrowsAgainAfterALoss) {
    now.path("10.0.0.1", server).lastFailure.cause = Cause::reset;
    now.path("10.0.0.1", server).failed = now.now - 1s;
    EXPECT_EQ(count(policy), 2U) << "when, another policy says";
}

TEST_F(NdiffportsTest, WaitsUntilTheConnectionIsOldEnough) {
    Ndiffports late{settings({{"After", "10s"}, {"AfterBytes", "0"}})}; // it is 6 s old
    EXPECT_EQ(count(late), 1U);
    EXPECT_EQ(why(late), "ports-early");
    EXPECT_EQ(now.ask(late).again(), now.now + 4s);
    now.now += 4s;
    EXPECT_EQ(count(late), 2U);
    EXPECT_EQ(now.ask(late).again(), never);
}

TEST_F(NdiffportsTest, KeepsWhatADaemonBeforeItMade) {
    Ndiffports late{settings({{"After", "10s"}, {"AfterBytes", "0"}, {"Subflows", "4"}})};
    now.sibling("10.0.0.1", server, SubflowState::up);
    EXPECT_EQ(count(late), 2U);
}

TEST_F(NdiffportsTest, GivesUpWhatIsMoreThanTheSettingSays) {
    now.sibling("10.0.0.1", server, SubflowState::up);
    now.sibling("10.0.0.1", server, SubflowState::up);
    EXPECT_EQ(count(policy), 2U);
}

TEST_F(NdiffportsTest, MultipliesWhatOthersWant) {
    Ndiffports all{settings({{"Paths", "wanted"}, {"Subflows", "3"}, {"AfterBytes", "0"}})};
    now.announced(announced);
    now.path("10.0.1.1", announced).usability = Usability::noRoute;
    const auto plan = now.ask(all);
    EXPECT_EQ(plan.wants().size(), 1U) << "by itself only the initial path";
    ASSERT_EQ(plan.multiples().size(), 3U) << "of four paths one leads nowhere";
    for (const auto& multiplied : plan.multiples())
        EXPECT_EQ(multiplied.count, 3U);
}

/// 256 KiB, both ways and by all subflows, unless the setting says otherwise.
TEST_F(NdiffportsTest, WaitsUntilTheConnectionCarriedSomething) {
    Ndiffports byDefault{{}};
    EXPECT_EQ(count(byDefault), 1U);
    EXPECT_EQ(why(byDefault), "ports-idle");
    EXPECT_EQ(now.ask(byDefault).period(), 3s) << "it is 6 s old";
    now.measured(40000).acknowledged = 262'000;
    EXPECT_EQ(count(byDefault), 1U);
    now.measured(40000).received = 144;
    EXPECT_EQ(count(byDefault), 2U);
    EXPECT_EQ(now.ask(byDefault).period(), Duration::max()) << "it is known now";
}

TEST_F(NdiffportsTest, RemembersThatItDid) {
    Ndiffports byDefault{{}};
    now.measured(40000).acknowledged = 300'000;
    now.connection.remembered = now.ask(byDefault).memory();
    now.measured(40000).acknowledged = 0; // another subflow, from the same port
    EXPECT_EQ(count(byDefault), 2U);
    EXPECT_EQ(now.ask(byDefault).memory(), now.connection.remembered);
}

TEST_F(NdiffportsTest, LooksSeldomAtAConnectionThatIsIdleForLong) {
    Ndiffports byDefault{{}};
    now.connection.since = now.now - 100ms;
    EXPECT_EQ(now.ask(byDefault).period(), 500ms);
    now.connection.since = now.now - 10min;
    EXPECT_EQ(now.ask(byDefault).period(), 1min);
}

TEST_F(NdiffportsTest, SaysWhatIsWrongWithASetting) {
    EXPECT_EQ(problemOf<Ndiffports>("Subflows", "9"), "Subflows: wants a whole number from 1 to 8");
    EXPECT_EQ(problemOf<Ndiffports>("Subflows", "0"), "Subflows: wants a whole number from 1 to 8");
    EXPECT_EQ(problemOf<Ndiffports>("Paths", "all"), "Paths: wants initial or wanted");
    EXPECT_EQ(problemOf<Ndiffports>("AfterBytes", "256K"),
              "AfterBytes: wants a whole number from 0 to 1000000000000");
    EXPECT_EQ(problemOf<Ndiffports>("After", "2h"), "After: wants a time from 0s to 3600s");
}

} // namespace
} // namespace subflowd::test
