// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// No subflow leaves the tunnel, VRF or device through which its connection began (threat T6).
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Confinement : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        lab.configuration().guard.confinement = core::Protection::on;
        lab.reload();
        first.say = wantsAll;
    }

    void addTunnel() {
        lab.kernel.addLink(LinkIndex{7}, "wg0", LinkKind::wireguard);
        lab.kernel.addAddress(LinkIndex{7}, "10.8.0.1/24");
        lab.kernel.addRoute(LinkIndex{7}, "0.0.0.0/0");
        lab.settle();
    }
};

TEST_F(Confinement, AsksForTheDeviceBeforeTheFirstJoin) {
    lab.kernel.factsTake = 100ms;
    connected();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("ask facts"));
    lab.run(150ms);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
}

TEST_F(Confinement, KeepsABoundSocketOnItsDevice) {
    lab.kernel.boundDevice = LinkIndex{1};
    const auto token = connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), IsEmpty());
    EXPECT_EQ(why(token, "10.0.1.1"), "guard: outside");
    lab.kernel.addAddress(LinkIndex{1}, "10.0.0.2/24");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("create 10.0.0.2 id 3 on 1 -> 10.9.0.1:443"));
}

TEST_F(Confinement, KeepsABoundSocketOnItsDeviceAcrossARestart) {
    lab.kernel.boundDevice = LinkIndex{1};
    const auto token = connected();
    lab.run(1s);
    lab.restart();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), IsEmpty());
    EXPECT_EQ(why(token, "10.0.1.1"), "guard: outside");
}

TEST_F(Confinement, AsksNobodyWhileThereIsNoChoice) {
    lab.kernel.setCarrier(LinkIndex{2}, false);
    lab.settle();
    connected();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 0U);
    lab.kernel.setCarrier(LinkIndex{2}, true);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("ask facts", "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
}

TEST_F(Confinement, KeepsAConnectionInsideItsTunnel) {
    addTunnel();
    const auto token = lab.connected("10.8.0.1:1000", server);
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), IsEmpty());
    EXPECT_EQ(why(token, "10.0.0.1"), "guard: outside");
    lab.kernel.removeAddress(LinkIndex{7}, "10.8.0.1");
    lab.run(10s);
    for (const auto& command : lab.commandsSince(1))
        EXPECT_FALSE(command.starts_with("create"))
            << "the tunnel is gone: no way out all the same";
}

TEST_F(Confinement, DoesNotConcernATunnelThatTheAdministratorMadeAnUplink) {
    addTunnel();
    lab.configuration().links.push_back({"wg0", Role::primary});
    lab.reload();
    const auto token = lab.connected("10.8.0.1:1000", server);
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 3U);
}

TEST_F(Confinement, KeepsVrfsApart) {
    lab.kernel.addLink(LinkIndex{7}, "blue", LinkKind::vrf);
    lab.kernel.enslave(LinkIndex{2}, LinkIndex{7});
    lab.settle();
    const auto outside = connected();
    lab.run(1s);
    EXPECT_EQ(why(outside, "10.0.1.1"), "guard: inside-vrf");
    const auto inside = lab.connected("10.0.1.1:1000", server);
    lab.run(1s);
    EXPECT_EQ(why(inside, "10.0.0.1"), "guard: outside");
    lab.uplink(4, "eth3", "10.0.3.1/24");
    lab.kernel.enslave(LinkIndex{4}, LinkIndex{7});
    lab.run(1s);
    EXPECT_EQ(lab.subflows(inside).size(), 2U);
}

TEST_F(Confinement, CanBeSwitchedOff) {
    lab.configuration().guard.confinement = core::Protection::off;
    lab.reload();
    lab.kernel.boundDevice = LinkIndex{1};
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
}

} // namespace
} // namespace subflowd::test
