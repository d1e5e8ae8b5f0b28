// SPDX-License-Identifier: BSD-3-Clause
#include "lb_client.hpp"
#include "policies/situation.hpp"

#include <subflowd/address_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using lb_client::LbClient;
using testing::ElementsAre;
using testing::IsEmpty;

/// A connection from eth0 of a host that has eth1, too.
Situation twoLinks(JoinInitial joinInitial = JoinInitial::denied) {
    Situation now{"10.0.0.1:1000", "10.9.0.1:443"};
    now.connection.joinInitial = joinInitial;
    now.link(1, "eth0");
    now.link(2, "wlan0");
    now.address(1, "10.0.0.1");
    now.address(2, "10.0.1.1");
    return now;
}

/// The same with an IPv6 address on eth1, in an IPv6 socket.
Situation dualStack() {
    Situation now{"[2001:db8:0::1]:1000", "[2001:db8:9::1]:443"};
    now.connection.joinInitial = JoinInitial::denied;
    now.link(1, "eth0");
    now.link(2, "wlan0");
    now.address(1, "2001:db8:0::1");
    now.address(2, "192.0.2.1");
    now.address(2, "2001:db8:1::1");
    return now;
}

TEST(LbClient, GivesEachLinkOneSubflow) {
    LbClient policy{{}};
    auto now = twoLinks(JoinInitial::allowed);
    now.link(3, "wwan0");
    now.address(3, "10.0.2.1");
    now.address(2, "10.0.1.2");
    now.address(2, "10.0.1.3");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:443 lb-link-has-subflow",
                                               "10.0.1.1 -> 10.9.0.1:443 lb-covers-link",
                                               "10.0.2.1 -> 10.9.0.1:443 lb-covers-link"));
    now.subflow("10.0.1.1", "10.9.0.1:443", SubflowState::pending);
    now.subflow("10.0.2.1", "10.9.0.1:443", SubflowState::up);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:443 lb-link-has-subflow",
                                               "10.0.1.1 -> 10.9.0.1:443 lb-covers-link",
                                               "10.0.2.1 -> 10.9.0.1:443 lb-link-has-subflow"));
    now.announced("10.9.1.1:443");
    EXPECT_EQ(now.wants(policy).size(), 3U) << "what is there stays";
}

TEST(LbClient, LeavesServersAlone) {
    LbClient policy{{}};
    Situation now{"10.0.0.1:443", "10.9.0.1:1000", Side::server};
    now.address(1, "10.0.0.1");
    now.address(2, "10.0.1.1");
    now.announced("10.9.1.1:443");
    EXPECT_EQ(now.ask(policy), Plan{});
}

TEST(LbClient, PutsLinksOfThePrimaryRoleFirst) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.link(3, "wwan0");
    now.address(3, "10.0.2.1");
    now.links[1].role = Role::backup;
    now.announced("10.9.1.1:443");
    now.announced("10.9.2.1:443");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.2.1 -> 10.9.1.1:443 lb-covers-link",
                                               "10.0.1.1 -> 10.9.2.1:443 lb-covers-link"));
    const auto plan = now.ask(policy);
    EXPECT_LT(plan.wants()[0].want.rank, plan.wants()[1].want.rank);
    EXPECT_EQ(plan.wants()[1].want.priority, Priority::regular) << "the core clamps it";
}

TEST(LbClient, NeverWantsADeniedInitialAddress) {
    LbClient policy{{}};
    auto now = twoLinks();
    EXPECT_THAT(now.wants(policy), IsEmpty());
    now.ended("10.0.0.1", "10.9.0.1:443");
    now.failed("10.0.0.1", "10.9.0.1:443");
    EXPECT_THAT(now.wants(policy), IsEmpty()) << "not either when nothing else is left";
    now.announced("10.9.0.1:443");
    EXPECT_THAT(now.wants(policy), IsEmpty()) << "nor when it is announced";
    now.announced("10.9.0.1:8443");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:8443 lb-covers-link",
                                               "10.0.1.1 -> 10.9.0.1:8443 lb-covers-link"));
}

TEST(LbClient, SpreadsLinksOverAnnouncedAddresses) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.link(3, "wwan0");
    now.address(3, "10.0.2.1");
    now.link(4, "wwan1");
    now.address(4, "10.0.3.1");
    now.announced("10.9.1.1:443");
    now.announced("10.9.2.1:443");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-covers-link",
                                               "10.0.2.1 -> 10.9.2.1:443 lb-covers-link",
                                               "10.0.3.1 -> 10.9.1.1:443 lb-covers-link"));
}

TEST(LbClient, TakesTheInitialAddressLastOfAllThatAreUnused) {
    LbClient policy{{}};
    auto now = twoLinks(JoinInitial::allowed);
    now.announced("10.9.1.1:443");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:443 lb-link-has-subflow",
                                               "10.0.1.1 -> 10.9.1.1:443 lb-covers-link"));
    now.ended("10.0.0.1", "10.9.0.1:443");
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::up);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:443 lb-covers-link",
                                               "10.0.1.1 -> 10.9.1.1:443 lb-link-has-subflow"));
}

TEST(LbClient, JoinsWhatWithoutCFlagSays) {
    LbClient initial{settings({{"WithoutCFlag", "initial"}})};
    LbClient announced{settings({{"WithoutCFlag", "announced"}})};
    auto now = twoLinks(JoinInitial::allowed);
    EXPECT_EQ(now.wants(announced).size(), 1U) << "only what is there";
    now.announced("10.9.1.1:443");
    EXPECT_EQ(now.wants(initial)[1], "10.0.1.1 -> 10.9.0.1:443 lb-covers-link");
    EXPECT_EQ(now.wants(announced)[1], "10.0.1.1 -> 10.9.1.1:443 lb-covers-link");
    now.connection.joinInitial = JoinInitial::denied;
    EXPECT_EQ(now.wants(initial)[0], "10.0.1.1 -> 10.9.1.1:443 lb-covers-link");
}

TEST(LbClient, TakesAnUnknownFlagForWhatUnknownCFlagSays) {
    LbClient learns{{}};
    LbClient avoids{settings({{"UnknownCFlag", "avoid"}, {"WithoutCFlag", "initial"}})};
    auto now = twoLinks(JoinInitial::unknown);
    EXPECT_EQ(now.wants(learns)[1], "10.0.1.1 -> 10.9.0.1:443 lb-covers-link");
    EXPECT_EQ(now.wants(avoids).size(), 1U);
    now.announced("10.9.1.1:443");
    EXPECT_EQ(now.wants(learns)[1], "10.0.1.1 -> 10.9.1.1:443 lb-covers-link");
    EXPECT_EQ(now.wants(avoids)[1], "10.0.1.1 -> 10.9.1.1:443 lb-covers-link");
}

TEST(LbClient, LetsAnnouncementsSettle) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443", 49ms);
    EXPECT_THAT(now.wants(policy), IsEmpty());
    EXPECT_EQ(now.ask(policy).again(), now.now + 1ms);
    now.now += 1ms;
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-covers-link"));
    EXPECT_EQ(now.ask(policy).again(), never);
    LbClient hasty{settings({{"Settle", "0"}})};
    now.now -= 50ms;
    EXPECT_EQ(now.wants(hasty).size(), 1U);
}

TEST(LbClient, WaitsForNothingOnceEachLinkHasItsSubflow) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::up);
    now.announced("10.9.2.1:443", 1ms);
    EXPECT_EQ(now.ask(policy).again(), never);
}

TEST(LbClient, MovesAtOnceFromAnAddressThatIsWithdrawn) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.announced("10.9.2.1:443");
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::up);
    now.withdrawn("10.9.1.1:443");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.2.1:443 lb-covers-link"));
    now.withdrawn("10.9.2.1:443");
    EXPECT_THAT(now.wants(policy), IsEmpty());
}

TEST(LbClient, TriesAnotherAnnouncedAddressWhenOneFails) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.announced("10.9.2.1:443");
    now.failed("10.0.1.1", "10.9.1.1:443", 2s);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.2.1:443 lb-other-address"));
    now.subflow("10.0.1.1", "10.9.2.1:443", SubflowState::pending);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.2.1:443 lb-other-address"));
    now.failed("10.0.1.1", "10.9.2.1:443", 1s);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-covers-link",
                                               "10.0.1.1 -> 10.9.2.1:443 lb-any-of-them"))
        << "the one that failed first, which waits until something lifts it";
    now.failed("10.0.1.1", "10.9.1.1:443", 0s);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.2.1:443 lb-covers-link",
                                               "10.0.1.1 -> 10.9.1.1:443 lb-any-of-them"))
        << "they take turns";
    now.path("10.0.1.1", "10.9.1.1:443").state = PathState::idle;
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-other-address"))
        << "the peer announced it once more";
}

TEST(LbClient, TakesWhatTheGuardLetsThrough) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.announced("10.9.2.1:443");
    now.path("10.0.1.1", "10.9.1.1:443").usability = Usability::guarded;
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.2.1:443 lb-covers-link"));
}

TEST(LbClient, ReplacesASubflowWhoseAddressOrRouteIsGone) {
    LbClient policy{{}};
    for (const auto lost : {Usability::gone, Usability::linkDown, Usability::noRoute}) {
        auto now = twoLinks();
        now.announced("10.9.1.1:443");
        now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::up);
        now.path("10.0.1.1", "10.9.1.1:443").usability = lost;
        now.address(2, "10.0.1.7");
        EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.7 -> 10.9.1.1:443 lb-covers-link"));
    }
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::up);
    now.path("10.0.1.1", "10.9.1.1:443").usability = Usability::deprecated;
    now.address(2, "10.0.1.7");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-link-has-subflow"));
}

TEST(LbClient, KeepsASuspectUntilAnotherIsUp) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::suspect);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-seems-dead"));
    now.announced("10.9.2.1:443");
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-seems-dead",
                                               "10.0.1.1 -> 10.9.2.1:443 lb-covers-link"));
    now.subflow("10.0.1.1", "10.9.2.1:443", SubflowState::up);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.2.1:443 lb-link-has-subflow"));
}

TEST(LbClient, DoesNotTakeADrainingSubflowForOne) {
    LbClient policy{{}};
    auto now = twoLinks();
    now.announced("10.9.1.1:443");
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::draining);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-covers-link"));
}

TEST(LbClient, KeepsOneSubflowOfALinkThatHasSeveral) {
    LbClient policy{{}};
    auto now = twoLinks(JoinInitial::allowed);
    now.announced("10.9.1.1:443");
    now.subflow("10.0.0.1", "10.9.1.1:443", SubflowState::up, 100s);
    now.subflow("10.0.1.1", "10.9.0.1:443", SubflowState::up, 5s);
    now.subflow("10.0.1.1", "10.9.1.1:443", SubflowState::up, 9s);
    EXPECT_THAT(now.wants(policy), ElementsAre("10.0.0.1 -> 10.9.0.1:443 lb-link-has-subflow",
                                               "10.0.1.1 -> 10.9.1.1:443 lb-link-has-subflow"))
        << "the first subflow of the connection, and the one that was up first";
    now.ended("10.0.0.1", "10.9.0.1:443");
    now.subflow("10.0.0.1", "10.9.0.1:443", SubflowState::up, 60s).initial = true;
    EXPECT_EQ(now.wants(policy)[0], "10.0.0.1 -> 10.9.0.1:443 lb-link-has-subflow")
        << "in whatever order they are listed";
}

TEST(LbClient, AnswersWithTheAddressesThatAreNamed) {
    LbClient byLink{settings({{"AnsweredBy", "ppp0 wl*"}})};
    LbClient byNetwork{settings({{"AnsweredBy", "10.0.2.0/24 2001:db8::/32"}})};
    auto now = twoLinks();
    now.link(3, "wwan0");
    now.address(3, "10.0.2.1");
    now.announced("10.9.1.1:443");
    EXPECT_THAT(now.wants(byLink), ElementsAre("10.0.1.1 -> 10.9.1.1:443 lb-covers-link"));
    EXPECT_THAT(now.wants(byNetwork), ElementsAre("10.0.2.1 -> 10.9.1.1:443 lb-covers-link"));
    now.connection.joinInitial = JoinInitial::allowed;
    EXPECT_THAT(now.wants(byLink), ElementsAre("10.0.0.1 -> 10.9.0.1:443 lb-link-has-subflow",
                                               "10.0.1.1 -> 10.9.1.1:443 lb-covers-link",
                                               "10.0.2.1 -> 10.9.0.1:443 lb-covers-link"));
}

TEST(LbClient, PrefersTheFirstFamilyWhereScopesAreEqual) {
    LbClient policy{{}};
    LbClient ipv4First{settings({{"Families", "ipv4 ipv6"}})};
    LbClient ipv4Only{settings({{"Families", "ipv4"}})};
    auto now = dualStack();
    now.announced("198.51.100.1:443");
    now.announced("[2001:db8:9::2]:443");
    EXPECT_EQ(now.wants(policy)[0], "2001:db8:1::1 -> [2001:db8:9::2]:443 lb-covers-link");
    EXPECT_EQ(now.wants(ipv4First)[0], "192.0.2.1 -> 198.51.100.1:443 lb-covers-link");
    EXPECT_EQ(now.wants(ipv4Only)[0], "192.0.2.1 -> 198.51.100.1:443 lb-covers-link");
}

TEST(LbClient, PrefersEqualScopes) {
    LbClient policy{settings({{"Families", "ipv4 ipv6"}})};
    auto now = dualStack();
    now.addresses[1].address = parseAddress("10.0.1.1").value();
    now.announced("198.51.100.1:443");
    now.announced("[2001:db8:9::2]:443");
    EXPECT_EQ(now.wants(policy)[0], "2001:db8:1::1 -> [2001:db8:9::2]:443 lb-covers-link");
}

TEST(LbClient, TriesTheOtherFamilyAfterAWhile) {
    LbClient policy{{}};
    auto now = dualStack();
    now.announced("198.51.100.1:443");
    now.announced("[2001:db8:9::2]:443");
    const std::string first = "2001:db8:1::1 -> [2001:db8:9::2]:443 lb-covers-link";
    const std::string second = "192.0.2.1 -> 198.51.100.1:443 lb-other-family";
    now.subflow("2001:db8:1::1", "[2001:db8:9::2]:443", SubflowState::pending, 249ms);
    EXPECT_THAT(now.wants(policy), ElementsAre(first));
    EXPECT_EQ(now.ask(policy).again(), now.now + 1ms);
    now.now += 1ms;
    EXPECT_THAT(now.wants(policy), ElementsAre(first, second));
    EXPECT_EQ(now.ask(policy).again(), never);
    EXPECT_EQ(sentenceOf(now.ask(policy).wants()[1].reason),
              "the other family is tried as well after 250 ms without an answer");
    now.subflow("192.0.2.1", "198.51.100.1:443", SubflowState::pending, 0s);
    EXPECT_THAT(now.wants(policy), ElementsAre(first, second));
}

TEST(LbClient, LooksForTheAnswerOfAnAttemptThatIsStillToBeMade) {
    LbClient policy{{}};
    LbClient hasty{settings({{"FamilyDelay", "0"}})};
    auto now = dualStack();
    now.announced("[2001:db8:9::2]:443");
    EXPECT_EQ(now.ask(policy).again(), never) << "there is no other family";
    now.announced("198.51.100.1:443");
    EXPECT_EQ(now.ask(policy).again(), now.now + 250ms);
    EXPECT_THAT(now.wants(hasty),
                ElementsAre("2001:db8:1::1 -> [2001:db8:9::2]:443 lb-covers-link"))
        << "one after the other all the same";
    now.connection.since = now.now - 640s;
    EXPECT_EQ(now.ask(policy).again(), now.now + 10s) << "perhaps there never will be an attempt";
}

TEST(LbClient, KeepsTheFamilyThatIsUpFirst) {
    LbClient policy{{}};
    auto now = dualStack();
    now.announced("198.51.100.1:443");
    now.announced("[2001:db8:9::2]:443");
    now.subflow("2001:db8:1::1", "[2001:db8:9::2]:443", SubflowState::pending, 300ms);
    now.subflow("192.0.2.1", "198.51.100.1:443", SubflowState::up, 10ms);
    const std::string kept = "192.0.2.1 -> 198.51.100.1:443 lb-link-has-subflow";
    EXPECT_THAT(now.wants(policy), ElementsAre(kept));
    now.ended("2001:db8:1::1", "[2001:db8:9::2]:443");
    now.subflow("2001:db8:1::1", "[2001:db8:9::2]:443", SubflowState::up, 9ms);
    EXPECT_THAT(now.wants(policy), ElementsAre(kept)) << "both were up before one was cancelled";
}

TEST(LbClient, RacesNothingThatFailed) {
    LbClient policy{{}};
    auto now = dualStack();
    now.announced("198.51.100.1:443");
    now.announced("[2001:db8:9::2]:443");
    now.failed("192.0.2.1", "198.51.100.1:443");
    now.subflow("2001:db8:1::1", "[2001:db8:9::2]:443", SubflowState::pending, 10s);
    EXPECT_EQ(now.wants(policy).size(), 1U);
    EXPECT_EQ(now.ask(policy).again(), never);
}

TEST(LbClient, TakesTheKindOfSourceThatTheConnectionHas) {
    LbClient policy{{}};
    auto now = dualStack();
    now.address(2, "2001:db8:1::f00d").temporary = true;
    now.announced("[2001:db8:9::2]:443");
    EXPECT_EQ(now.wants(policy)[0], "2001:db8:1::1 -> [2001:db8:9::2]:443 lb-covers-link");
    now.addresses[0].temporary = true;
    EXPECT_EQ(now.wants(policy)[0], "2001:db8:1::f00d -> [2001:db8:9::2]:443 lb-covers-link");
}

TEST(LbClient, RefusesSettingsThatCannotBeUsed) {
    const auto problem = problemOf<LbClient>;
    EXPECT_EQ(problem("WithoutCFlag", "all"), "WithoutCFlag: wants both, initial or announced");
    EXPECT_EQ(problem("UnknownCFlag", "guess"), "UnknownCFlag: wants learn or avoid");
    EXPECT_EQ(problem("AnsweredBy", "eth0 10.0.0.0/33"),
              "AnsweredBy: \"10.0.0.0/33\" is neither the name of a link, nor a pattern of names, "
              "nor a network like 10.0.0.0/8");
    EXPECT_EQ(problem("Families", "ipv4 ipv5"),
              "Families: wants ipv4, ipv6, or both, the preferred one first");
    EXPECT_EQ(problem("Families", "ipv4 ipv4"),
              "Families: wants ipv4, ipv6, or both, the preferred one first");
    EXPECT_EQ(problem("Families", ""), "Families: wants ipv4, ipv6, or both");
    EXPECT_EQ(problem("Settle", "1s"), "Settle: wants a whole number from 0 to 10000");
    EXPECT_EQ(problem("FamilyDelay", "-1"), "FamilyDelay: wants a whole number from 0 to 10000");
    for (const auto* good : {"both", "initial", "announced"})
        EXPECT_EQ(problem("WithoutCFlag", good), "it was taken");
}

TEST(LbClient, SaysItsDefaults) {
    Settings said;
    for (const auto& setting : LbClient::settings)
        said.set(setting.key, setting.byDefault);
    LbClient byDefault{{}};
    LbClient bySettings{said};
    auto now = dualStack();
    now.announced("198.51.100.1:443");
    now.announced("[2001:db8:9::2]:443", 20ms);
    EXPECT_EQ(now.ask(byDefault), now.ask(bySettings));
}

} // namespace
} // namespace subflowd::test
