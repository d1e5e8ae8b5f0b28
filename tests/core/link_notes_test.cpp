// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// What a network manager says of links.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using core::LinkNote;
using core::LinkNotes;
using core::Reach;
using testing::ElementsAre;
using testing::IsEmpty;

class Notes : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        first.say = wantsAll;
    }

    void note(LinkNote about) {
        lab.step(LinkNotes{{std::move(about)}});
        lab.settle();
    }

    static LinkNote eth1() {
        LinkNote about;
        about.link = "eth1";
        return about;
    }

    static LinkNote reached(const char* link) {
        LinkNote about;
        about.link = link;
        about.ipv4 = Reach::internet;
        about.ipv6 = Reach::internet;
        return about;
    }

    core::LinkReport second() const { return lab.engine->links()[1]; }
};

TEST_F(Notes, GiveALinkItsRoleAsLongAsTheyStand) {
    auto about = eth1();
    about.role = Role::backup;
    note(about);
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 backup"));
    EXPECT_EQ(second().source, core::RoleSource::networkManager);
    lab.run(1s);
    lab.step(LinkNotes{});
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("regular 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(second().source, core::RoleSource::builtIn);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(Notes, CountForLinksThatComeLater) {
    LinkNote about;
    about.link = "wwan0";
    about.metered = true;
    note(about);
    lab.uplink(3, "wwan0", "10.0.2.1/24");
    lab.settle();
    EXPECT_EQ(lab.engine->links()[2].role, Role::backup);
    EXPECT_TRUE(lab.engine->links()[2].metered);
}

TEST_F(Notes, HaveTrafficLeaveALinkBeforeItsAddressGoes) {
    const auto token = connected();
    lab.run(1s);
    auto about = eth1();
    about.leaving = true;
    note(about);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("backup 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(why(token, "10.0.1.1"), "link: link-leaves");
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 2U) << "its end is not the daemon's business";
    connected();
    EXPECT_EQ(lab.mark(), 2U) << "nothing new begins there";
    lab.step(LinkNotes{});
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(2),
                testing::UnorderedElementsAre("regular 10.0.1.1 -> 10.9.0.1:443",
                                              "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
}

TEST_F(Notes, HaveAStandbyStepInForALinkThatLeaves) {
    lab.configuration().links = {{"eth1", Role::standby}};
    lab.reload();
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    LinkNote about;
    about.link = "eth0";
    about.leaving = true;
    note(about);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443",
                                                  "backup 10.0.0.1 -> 10.9.0.1:443"));
}

TEST_F(Notes, KeepTheInternetOffALinkThatDoesNotLeadThere) {
    auto about = eth1();
    about.ipv4 = Reach::local;
    lab.step(LinkNotes{{about, reached("eth0")}});
    lab.settle();
    const auto far = lab.connected("10.0.0.1:900", "9.9.9.9:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    const auto paths = lab.engine->explain(lab.now, far);
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(codeOf(paths[1].reason), "no-internet");
    const auto mark = lab.mark();
    connected();
    EXPECT_EQ(lab.mark(), mark + 1) << "a private address may well be behind it";
    about.ipv4 = Reach::internet;
    about.ipv6 = Reach::local;
    lab.step(LinkNotes{{about, reached("eth0")}});
    lab.settle();
    EXPECT_THAT(lab.commandsSince(mark + 1),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 9.9.9.9:443"));
}

TEST_F(Notes, AreDoubtedWhereNoLinkLeadsToTheInternet) {
    auto about = eth1();
    about.ipv4 = Reach::local;
    LinkNote other;
    other.link = "eth0";
    other.ipv4 = Reach::local;
    other.ipv6 = Reach::internet;
    lab.step(LinkNotes{{about, other}});
    lab.settle();
    lab.connected("10.0.0.1:900", "9.9.9.9:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.1.1 id 2 on 2 -> 9.9.9.9:443"));
}

TEST_F(Notes, MakeALinkMeteredWhoseModemRoams) {
    auto about = eth1();
    about.roaming = true;
    about.metered = false;
    note(about);
    EXPECT_TRUE(second().metered);
    EXPECT_EQ(second().role, Role::backup);
    EXPECT_EQ(second().source, core::RoleSource::modemManager);
    about.metered = true;
    note(about);
    EXPECT_EQ(second().source, core::RoleSource::networkManager);
    about.role = Role::primary;
    note(about);
    EXPECT_TRUE(second().metered);
    EXPECT_EQ(second().role, Role::primary);
    EXPECT_EQ(second().source, core::RoleSource::networkManager);
    core::LinkRule rule;
    rule.pattern = "eth1";
    rule.metered = false;
    lab.configuration().links = {rule};
    about.role = {};
    note(about);
    lab.reload();
    EXPECT_FALSE(second().metered);
    EXPECT_EQ(second().role, Role::primary);
}

TEST_F(Notes, AreLeftOutAsFarAsTheyAreForTheKernel) {
    auto about = eth1();
    about.flagRole = Role::ignore;
    note(about);
    EXPECT_EQ(second().role, Role::ignore);
    lab.configuration().importFlags = core::ImportFlags::no;
    lab.reload();
    EXPECT_EQ(second().role, Role::primary);
}

} // namespace
} // namespace subflowd::test
