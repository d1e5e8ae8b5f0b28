// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Announcements : public Chain {
  protected:
    /// Announces every local address but those that are not usable.
    void announceAll(std::uint16_t port = 0) {
        first.say = [port](const auto&, const HostView& host, Plan& plan) {
            for (std::size_t i = 0; i < host.addresses.size(); ++i)
                if (host.addresses[i].usability == Usability::usable)
                    plan.announce(static_cast<LocalId>(i), port, reason);
        };
    }

    Token served() {
        const auto token =
            lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
        lab.settle();
        lab.kernel.establish(token);
        lab.run(1s);
        return token;
    }
};

TEST_F(Announcements, GoOutOnceForEachAddressButTheInitial) {
    announceAll();
    const auto token = served();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("announce 10.0.1.1:0 id 2"));
    const auto report = lab.engine->report(token);
    ASSERT_EQ(report->announced.size(), 1U);
    EXPECT_EQ(report->announced[0], (core::KnownId{{other, 0}, AddressId{2}}));
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(Announcements, GoOutBeforeTheConnectionIsEstablished) {
    announceAll();
    lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
    lab.settle();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("announce 10.0.1.1:0 id 2"));
}

TEST_F(Announcements, GoOutOneAtATime) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    announceAll();
    lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
    lab.settle();
    EXPECT_EQ(lab.mark(), 1U);
    lab.run(40ms);
    EXPECT_EQ(lab.mark(), 1U);
    lab.run(20ms);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("announce 10.0.2.1:0 id 3"));
}

TEST_F(Announcements, AreRepeatedWhenThePolicySaysSo) {
    announceAll();
    const auto token = served();
    first.say = [](const ConnectionView& connection, const HostView& host, Plan& plan) {
        for (std::size_t i = 0; i < host.addresses.size(); ++i) {
            const bool due = connection.announcements.empty() ||
                             host.now - connection.announcements[0].since >= 30s;
            plan.announce(static_cast<LocalId>(i), 0, reason,
                          due ? Delivery::again : Delivery::once);
        }
    };
    lab.reload();
    lab.run(20s);
    EXPECT_EQ(lab.mark(), 1U);
    lab.run(20s);
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("announce 10.0.1.1:0 id 2"));
    EXPECT_THAT(lab.kernel[token].rmAddrSent, IsEmpty());
    EXPECT_EQ(lab.engine->counters().announcementsSent, 2U);
}

TEST_F(Announcements, OfTheConnectionsOwnPortNeedNoListener) {
    announceAll(443);
    served();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("announce 10.0.1.1:0 id 2"));
    EXPECT_THAT(lab.kernel.listening, IsEmpty());
}

TEST_F(Announcements, OfAPortWaitForTheListenerAndHaveIdsOfTheirOwn) {
    announceAll(8443);
    served();
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("announce 10.0.0.1:8443 id 254", "announce 10.0.1.1:8443 id 253"));
    EXPECT_THAT(lab.kernel.listening,
                ElementsAre(parseEndpoint("10.0.0.1:8443"), parseEndpoint("10.0.1.1:8443")));
}

TEST_F(Announcements, ShareAListenerUntilNobodyNeedsIt) {
    announceAll(8443);
    const auto one = served();
    const auto two =
        lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5001", JoinInitial::allowed, Side::server);
    lab.run(1s);
    lab.kernel.close(one);
    lab.run(90s);
    EXPECT_EQ(lab.kernel.listening.size(), 2U);
    lab.kernel.close(two);
    lab.run(50s);
    EXPECT_EQ(lab.kernel.listening.size(), 2U) << "the next connection is often not far";
    lab.run(20s);
    EXPECT_THAT(lab.kernel.listening, IsEmpty());
}

TEST_F(Announcements, AreNotMadeWhereNobodyCanListen) {
    lab.kernel.listenError = EACCES;
    announceAll(80);
    served();
    EXPECT_EQ(lab.mark(), 0U);
    ASSERT_FALSE(lab.log.empty());
    EXPECT_THAT(lab.log.back().text, testing::HasSubstr("CAP_NET_BIND_SERVICE"));
    const auto complaints = lab.log.size();
    lab.run(10s);
    EXPECT_EQ(lab.log.size(), complaints) << "not for every connection and moment";
    lab.kernel.listenError = 0;
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 2U) << "another configuration is another attempt";
}

TEST_F(Announcements, AreMadeWhereSomebodyElseListens) {
    lab.kernel.listenError = EADDRINUSE;
    announceAll(8443);
    served();
    EXPECT_EQ(lab.mark(), 2U);
}

TEST_F(Announcements, OfIpv6WithAPortDoNotFitBesideTimestamps) {
    lab.uplink(3, "eth2", "2001:db8:2::1/64");
    first.say = [](const auto&, const HostView& host, Plan& plan) {
        for (std::size_t i = 0; i < host.addresses.size(); ++i)
            if (host.addresses[i].address.family() == Family::ipv6)
                plan.announce(static_cast<LocalId>(i), 8443, reason);
    };
    served();
    EXPECT_EQ(lab.mark(), 0U);
    ASSERT_FALSE(lab.log.empty());
    EXPECT_THAT(lab.log.back().text, testing::HasSubstr("tcp_timestamps"));
    lab.step(core::HostFacts{{}, false, 60s});
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("announce [2001:db8:2::1]:8443 id 254"));
}

TEST_F(Announcements, AreWithdrawnOneAtATime) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    announceAll();
    const auto token = served();
    const auto mark = lab.mark();
    first.say = nullptr;
    lab.reload();
    lab.settle();
    EXPECT_THAT(lab.commandsSince(mark), ElementsAre("remove id 2"));
    EXPECT_EQ(lab.engine->report(token)->announced.size(), 1U);
    lab.run(110ms);
    EXPECT_THAT(lab.commandsSince(mark), ElementsAre("remove id 2", "remove id 3"));
}

TEST_F(Announcements, AreWithdrawnWhenTheyAreNotRestated) {
    announceAll();
    const auto token = served();
    first.say = nullptr;
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("remove id 2"));
    EXPECT_THAT(lab.engine->report(token)->announced, IsEmpty());
    EXPECT_THAT(lab.kernel[token].rmAddrSent, ElementsAre(AddressId{2}));
}

TEST_F(Announcements, FollowTheAddressesOfTheHost) {
    announceAll();
    const auto token = served();
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("remove id 2"));
    lab.kernel.addAddress(LinkIndex{2}, "10.0.3.1/24");
    lab.run(1s);
    EXPECT_THAT(lab.kernel[token].announced, testing::SizeIs(2));
    EXPECT_EQ(lab.engine->report(token)->announced[0].local.address, IpAddress::v4(10, 0, 3, 1));
}

TEST_F(Announcements, LearnTheIdThatTheKernelUsesAndTryAgain) {
    const auto token = served();
    lab.kernel[token].table.push_back({other, 0, AddressId{77}});
    announceAll();
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("announce 10.0.1.1:0 id 2", "ask ids", "announce 10.0.1.1:0 id 77"));
    EXPECT_EQ(lab.engine->report(token)->announced[0].id, AddressId{77});
}

TEST_F(Announcements, EndWhenTheKernelInsistsOnAnotherId) {
    const auto token = served();
    lab.kernel[token].table.push_back({other, 0, AddressId{77}});
    lab.kernel.tellsIds = false;
    announceAll();
    lab.reload();
    lab.run(60s);
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("announce 10.0.1.1:0 id 2", "ask ids", "announce 10.0.1.1:0 id 2"));
}

} // namespace
} // namespace subflowd::test
