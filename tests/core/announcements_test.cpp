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

TEST_F(Announcements, CarryAPort) {
    announceAll(8443);
    served();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("announce 10.0.1.1:8443 id 2"));
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
