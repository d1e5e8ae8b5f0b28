// SPDX-License-Identifier: BSD-3-Clause
#include "announce.hpp"
#include "policies/situation.hpp"

#include <subflowd/address_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using announce::Announce;
using announce::Item;
using testing::ElementsAre;
using testing::IsEmpty;

Announce announcing(const std::string& addresses) {
    return Announce{settings({{"Addresses", addresses}})};
}

/// A server in global scope with both families on both links, and a client over IPv4.
Situation server(std::string_view client = "203.0.113.9:1000",
                 std::string_view local = "192.0.2.1:443") {
    Situation now{local, client, Side::server};
    now.link(1, "eth0");
    now.link(2, "eth1");
    now.address(1, "192.0.2.1");
    now.address(2, "198.51.100.1");
    now.address(1, "2001:db8:1::1");
    now.address(2, "2001:db8:2::1");
    return now;
}

SignalEndpoint signal(std::string_view address, std::uint16_t port = 0, LinkIndex link = noLink) {
    return {{parseAddress(address).value(), port}, link};
}

/// The announcement of an address, sent a while ago.
AnnouncementView sent(std::string_view address, Instant since, std::uint8_t times = 1) {
    return {{parseAddress(address).value(), 0}, AddressId{7}, since, times, true};
}

/// A client that once had a subflow to 198.51.100.1, which was announced to it.
Situation lostSubflow() {
    auto now = server();
    now.subflow("198.51.100.1", "203.0.113.10:2000", SubflowState::up, 20s);
    now.ended("198.51.100.1", "203.0.113.10:2000");
    now.ownAnnouncements = {sent("198.51.100.1", now.now - 30s)};
    return now;
}

TEST(Announce, LeavesClientsAlone) {
    auto policy = announcing("auto");
    Situation now{"192.0.2.1:1000", "203.0.113.9:443"};
    now.address(2, "198.51.100.1");
    EXPECT_EQ(now.ask(policy), Plan{});
}

TEST(Announce, TakesUpTheEndpointsOfTheKernel) {
    Announce policy{{}};
    auto now = server();
    EXPECT_THAT(now.announcements(policy), IsEmpty());
    now.signalEndpoints = {signal("2001:db8:2::1"), signal("192.0.2.1"), signal("198.51.100.1"),
                           signal("192.0.2.1", 8443), signal("192.0.2.99")};
    EXPECT_THAT(now.announcements(policy),
                ElementsAre("198.51.100.1 announce-endpoint", "192.0.2.1:8443 announce-endpoint"));
    now.signalEndpoints = {signal("198.51.100.1", 0, LinkIndex{1})};
    EXPECT_THAT(now.announcements(policy), IsEmpty()) << "the address is on another link";
    now.signalEndpoints = {signal("198.51.100.1", 0, LinkIndex{2})};
    EXPECT_EQ(now.announcements(policy).size(), 1U);
    auto other = announcing("192.0.2.1:8443");
    EXPECT_THAT(now.announcements(other), ElementsAre("192.0.2.1:8443 announce-named"))
        << "settings replace them";
}

TEST(Announce, TakesAddressesLinksAndAuto) {
    auto now = server();
    auto byValue = announcing("198.51.100.1 192.0.2.99");
    EXPECT_THAT(now.announcements(byValue), ElementsAre("198.51.100.1 announce-named"));
    now.address(2, "198.51.100.2");
    auto byLink = announcing("e*1");
    EXPECT_THAT(now.announcements(byLink), ElementsAre("198.51.100.1 announce-link-named",
                                                       "198.51.100.2 announce-link-named"));
    auto automatic = announcing("auto");
    EXPECT_THAT(now.announcements(automatic),
                ElementsAre("198.51.100.1 announce-auto", "198.51.100.2 announce-auto"));
}

TEST(Announce, NeverTellsTheInitialAddressWithItsPort) {
    auto policy = announcing("192.0.2.1 192.0.2.1:443 192.0.2.1:8443");
    EXPECT_THAT(server().announcements(policy), ElementsAre("192.0.2.1:8443 announce-named"));
}

TEST(Announce, TakesTheConnectionsOwnPortForNone) {
    auto policy = announcing("198.51.100.1:443 198.51.100.1 eth1 198.51.100.1:8443");
    EXPECT_THAT(server().announcements(policy),
                ElementsAre("198.51.100.1 announce-named", "198.51.100.1:8443 announce-named"))
        << "and each only once";
}

TEST(Announce, PutsTheClientsFamilyFirst) {
    auto policy = announcing("auto");
    EXPECT_THAT(server("[2001:db8:9::9]:1000", "[2001:db8:1::1]:443").announcements(policy),
                ElementsAre("2001:db8:2::1 announce-auto", "192.0.2.1 announce-auto",
                            "198.51.100.1 announce-auto"));
}

TEST(Announce, TellsIpv6ToAClientOverIpv4OnlyIfTheAddressIsNamed) {
    auto now = server();
    auto byLink = announcing("eth1");
    EXPECT_THAT(now.announcements(byLink), ElementsAre("198.51.100.1 announce-link-named"));
    auto byValue = announcing("2001:db8:2::1 198.51.100.1");
    EXPECT_THAT(now.announcements(byValue),
                ElementsAre("198.51.100.1 announce-named", "2001:db8:2::1 announce-named"));
}

TEST(Announce, KeepsPrivateAddressesFromClientsOutside) {
    auto policy = announcing("auto 10.0.0.1");
    auto outside = server();
    outside.address(2, "10.0.0.1");
    outside.address(2, "fd00::1");
    EXPECT_THAT(outside.announcements(policy), ElementsAre("198.51.100.1 announce-auto"));
    auto inside = server("10.7.0.9:1000");
    inside.address(2, "10.0.0.1");
    EXPECT_THAT(inside.announcements(policy),
                ElementsAre("198.51.100.1 announce-auto", "10.0.0.1 announce-auto"));
}

TEST(Announce, TellsNothingThatLeadsNowhere) {
    auto policy = announcing("auto 127.0.0.1 169.254.1.1");
    auto now = server();
    now.address(2, "127.0.0.1");
    now.address(2, "169.254.1.1");
    EXPECT_EQ(now.announcements(policy).size(), 1U);
    for (const auto usability :
         {Usability::linkDown, Usability::tentative, Usability::deprecated, Usability::wrongScope,
          Usability::noRoute, Usability::ignored, Usability::gone}) {
        now.addresses[1].usability = usability;
        EXPECT_THAT(now.announcements(policy), IsEmpty()) << static_cast<int>(usability);
    }
    auto local = server("127.0.0.1:1000");
    EXPECT_THAT(local.announcements(policy), IsEmpty()) << "the client is this host";
}

TEST(Announce, RepeatsItselfToAClientThatLostItsSubflows) {
    auto policy = announcing("auto");
    auto now = lostSubflow();
    EXPECT_THAT(now.announcements(policy), ElementsAre("198.51.100.1 announce-again again"));
    EXPECT_EQ(sentenceOf(now.ask(policy).announcements()[0].reason),
              "once more, because the client lost its subflows there: time 1 of 5");
    now.now -= 1ns;
    EXPECT_THAT(now.announcements(policy), ElementsAre("198.51.100.1 announce-auto"));
    EXPECT_EQ(now.ask(policy).again(), now.now + 1ns);
}

TEST(Announce, RepeatsItselfToNobodyElse) {
    auto policy = announcing("auto");
    auto now = server();
    now.ownAnnouncements = {sent("198.51.100.1", now.now - 1h)};
    const auto saidOnce = ElementsAre("198.51.100.1 announce-auto");
    EXPECT_THAT(now.announcements(policy), saidOnce) << "there never was a subflow";
    EXPECT_EQ(now.ask(policy).again(), never);
    now = lostSubflow();
    now.ownAnnouncements.clear();
    EXPECT_THAT(now.announcements(policy), saidOnce) << "it was never announced";
    now = lostSubflow();
    now.subflow("198.51.100.1", "203.0.113.11:3000", SubflowState::up);
    EXPECT_THAT(now.announcements(policy), saidOnce) << "another subflow lives";
    now = lostSubflow();
    now.ended("192.0.2.1", "203.0.113.9:1000");
    EXPECT_THAT(now.announcements(policy), saidOnce) << "no subflow could carry it";
    now = lostSubflow();
    now.addresses[1].usability = Usability::linkDown;
    EXPECT_THAT(now.announcements(policy), IsEmpty()) << "the address does not serve";
}

TEST(Announce, StopsRepeatingItself) {
    auto policy = announcing("auto");
    Announce silent{settings({{"Addresses", "auto"}, {"Again", "no"}})};
    Announce twice{settings({{"Addresses", "auto"}, {"MaxAgain", "2"}, {"AgainAfter", "10"}})};
    const std::string repeated = "198.51.100.1 announce-again again";
    const std::string once = "198.51.100.1 announce-auto";
    auto now = lostSubflow();
    EXPECT_THAT(now.announcements(silent), ElementsAre(once));
    now.ownAnnouncements = {sent("198.51.100.1", now.now - 30s, 5)};
    EXPECT_THAT(now.announcements(policy), ElementsAre(repeated));
    now.ownAnnouncements = {sent("198.51.100.1", now.now - 30s, 6)};
    EXPECT_THAT(now.announcements(policy), ElementsAre(once));
    EXPECT_EQ(now.ask(policy).again(), never);
    now.ownAnnouncements = {sent("198.51.100.1", now.now - 10s, 2)};
    EXPECT_THAT(now.announcements(twice), ElementsAre(repeated));
    now.ownAnnouncements = {sent("198.51.100.1", now.now - 10s, 3)};
    EXPECT_THAT(now.announcements(twice), ElementsAre(once));
}

TEST(Announce, ReadsAddressesAsPeopleWriteThem) {
    const auto v4 = parseAddress("10.0.0.1").value();
    const auto v6 = parseAddress("2001:db8::1").value();
    const auto read = announce::readItems(
        settings({{"Addresses", "10.0.0.1 10.0.0.1:8443 2001:db8::1 [2001:db8::1] "
                                "[2001:db8::1]:8443 eth1 wl*:8443 auto auto:8443"}}));
    using Kind = Item::Kind;
    EXPECT_THAT(read,
                ElementsAre(Item{Kind::address, v4, "", 0}, Item{Kind::address, v4, "", 8443},
                            Item{Kind::address, v6, "", 0}, Item{Kind::address, v6, "", 0},
                            Item{Kind::address, v6, "", 8443}, Item{Kind::links, {}, "eth1", 0},
                            Item{Kind::links, {}, "wl*", 8443}, Item{Kind::automatic, {}, "*", 0},
                            Item{Kind::automatic, {}, "*", 8443}));
}

TEST(Announce, RefusesSettingsThatCannotBeUsed) {
    const auto problem = problemOf<Announce>;
    for (const auto* bad :
         {"10.0.0.300", "10.0.0.1:0", "10.0.0.1:99999", "2001:db8::g", "[2001:db8::1]:x",
          "eth0:", "eth0:0", "eth0/24", ":8443", "a-name-too-long-for-a-link"})
        EXPECT_EQ(problem("Addresses", bad),
                  "Addresses: \"" + std::string{bad} +
                      "\" is neither an address, nor the name of a link or a pattern of names, nor "
                      "auto, each with or without a port: 10.0.0.1, [2001:db8::1]:8443, eth*, "
                      "auto:8443");
    EXPECT_EQ(problem("Again", "perhaps"), "Again: wants yes or no");
    EXPECT_EQ(problem("MaxAgain", "251"), "MaxAgain: wants a whole number from 0 to 250");
    EXPECT_EQ(problem("AgainAfter", "0"), "AgainAfter: wants a whole number from 1 to 86400");
    for (const auto& setting : Announce::settings)
        EXPECT_EQ(problem(setting.key, setting.byDefault), "it was taken") << setting.key;
}

} // namespace
} // namespace subflowd::test
