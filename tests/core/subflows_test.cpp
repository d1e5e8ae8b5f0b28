// SPDX-License-Identifier: BSD-3-Clause
#include "fullmesh.hpp"
#include "support/chain.hpp"

/// How subflows are created, drained and ended.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Subflows : public Chain {};

TEST_F(Subflows, AreAsManyOnAPathAsWanted) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, other), {0, 3, {}}, reason);
    };
    const auto token = connected();
    lab.settle();
    EXPECT_EQ(lab.mark(), 1U) << "one is pending at a time";
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 3U);
    EXPECT_EQ(lab.subflows(token).size(), 4U);
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 3U);
}

TEST_F(Subflows, AreNotTriedWithoutEndAtAPeersLimit) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, other), {0, 2, {}}, reason);
    };
    lab.kernel.answer(server, Answer::rejects);
    connected();
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 2U) << "the second was accepted before the first was closed (K8)";
}

TEST_F(Subflows, AreAsManyBesideTheInitialOneAsWanted) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 0, 1)), {0, 2, {}}, reason);
    };
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("create 10.0.0.1 id 0 on 1 -> 10.9.0.1:443"));
}

/// One of them ends, another lives: the path is up, and lacks one.
TEST_F(Subflows, WaitForARetryWhereASiblingFailed) {
    Instant failed = never;
    auto retry = never;
    first.say = [&](const ConnectionView& connection, const auto&, Plan& plan) {
        const auto path = pathFrom(connection, other);
        plan.want(path, {0, 2, {}}, reason);
        failed = connection.paths[static_cast<std::size_t>(path)].failed;
        if (failed != never)
            plan.retry(path, retry, reason);
    };
    const auto token = connected();
    lab.run(1s);
    EXPECT_EQ(failed, never);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 104);
    lab.run(1min);
    EXPECT_EQ(failed, lab.now - 1min);
    EXPECT_EQ(lab.mark(), 2U) << "nothing changed, and nobody said that it may be tried again";
    EXPECT_EQ(explain(token, "10.0.1.1").state, PathState::confirmed);
    EXPECT_EQ(why(token, "10.0.1.1"), "core: waits-for-change");
    retry = lab.now + 1s;
    lab.reload();
    lab.run(900ms);
    EXPECT_EQ(lab.mark(), 2U);
    lab.run(200ms);
    EXPECT_EQ(lab.mark(), 3U);
    EXPECT_EQ(failed, never);
    EXPECT_EQ(lab.subflows(token).size(), 3U);
}

TEST_F(Subflows, DoNotWaitForASiblingThatIsOneTooMany) {
    std::uint8_t count = 2;
    first.say = [&](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, other), {0, count, {}}, reason);
    };
    const auto token = connected();
    lab.run(1s);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 104);
    count = 1;
    lab.run(1s);
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because") << "there is nothing to try";
}

TEST_F(Subflows, TakeThePriorityThatAPolicySays) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    second.say = [](const auto&, const auto&, Plan& plan) {
        plan.setPriority(SubflowId{0}, Priority::backup, reason);
        plan.setPriority(SubflowId{0}, Priority::regular, reason);
    };
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("backup 10.0.0.1 -> 10.9.0.1:443"))
        << "backup > regular, and what is said of a subflow > what is wanted of its path";
    EXPECT_EQ(lab.kernel[token].subflows[0].priority, Priority::backup);
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 2U) << "said once";
    second.say = nullptr;
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(2), ElementsAre("regular 10.0.0.1 -> 10.9.0.1:443"));
}

TEST_F(Subflows, KeepTheRoleOfTheirLinkWhateverAPolicySays) {
    first.say = [](const auto&, const auto&, Plan& plan) {
        plan.setPriority(SubflowId{0}, Priority::regular, reason);
    };
    lab.configuration().links = {{"eth0", Role::backup}};
    lab.reload();
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("backup 10.0.0.1 -> 10.9.0.1:443"));
}

TEST_F(Subflows, AreAskedAgainForAPriorityThatWasRefused) {
    const auto token = connected();
    first.say = [](const auto&, const auto&, Plan& plan) {
        plan.setPriority(SubflowId{0}, Priority::backup, reason);
    };
    const auto kept = lab.kernel[token].subflows;
    lab.kernel[token].subflows.clear();
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U);
    EXPECT_EQ(lab.engine->counters().commandsRefused, 1U);
    lab.kernel[token].subflows = kept;
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 2U);
    EXPECT_EQ(lab.kernel[token].subflows[0].priority, Priority::backup);
}

TEST_F(Subflows, AreDrainedAndRetiredWhenNobodyWantsThemAnyLonger) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    first.say = nullptr;
    lab.reload();
    lab.settle();
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("backup 10.0.1.1 -> 10.9.0.1:443"));
    lab.run(5999ms);
    EXPECT_EQ(lab.mark(), 2U);
    lab.run(1ms);
    EXPECT_THAT(lab.commandsSince(2), ElementsAre("destroy 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.subflows(token).size(), 1U) << "the initial one was never the daemon's";
}

TEST_F(Subflows, AreKeptWhileThePolicyCouldNotWantThem) {
    first.say = [](const ConnectionView& connection, const auto&, Plan& plan) {
        for (std::size_t i = 0; i < connection.paths.size(); ++i)
            if (connection.paths[i].usability == Usability::usable)
                plan.want(static_cast<PathId>(i), {}, reason);
    };
    connected();
    lab.run(1s);
    lab.kernel.removeRoute(LinkIndex{2}, "0.0.0.0/0");
    lab.kernel.addRoute(LinkIndex{1}, "10.7.0.0/16");
    lab.run(20s);
    EXPECT_EQ(lab.mark(), 1U) << "no route is no change of mind";
}

class FullmeshReload : public testing::Test {
  protected:
    static Settings most(const std::string& subflows) {
        Settings settings;
        settings.set("MaxSubflows", subflows);
        return settings;
    }

    void lower() {
        lab.configuration().policies = {{"fullmesh", &two}};
        lab.reload();
    }

    fullmesh::Fullmesh eight{most("8")};
    fullmesh::Fullmesh two{most("2")};
    Lab lab{{{"fullmesh", &eight}}};
};

TEST_F(FullmeshReload, DrainsThenRetiresWhatIsOverALoweredLimit) {
    lab.twoUplinks();
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.run(1s);
    lower();
    lab.settle();
    EXPECT_THAT(lab.commandsSince(2), ElementsAre("backup 10.0.2.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443",
                            "10.0.2.1 -> 10.9.0.1:443 draining backup"));
    lab.run(6s);
    EXPECT_THAT(lab.commandsSince(3), ElementsAre("destroy 10.0.2.1 -> 10.9.0.1:443"));
}

TEST_F(FullmeshReload, ResetsInsteadOfDestroyingWhereASiblingSharesTheAddress) {
    lab.uplink(1, "eth0", "10.0.0.1/24");
    lab.uplink(2, "eth1", "10.0.1.1/24");
    lab.settle();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.kernel.announceFromPeer(token, 5, "10.9.1.1:443");
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 4U);
    lower();
    lab.run(7s);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    const auto commands = lab.commandsSince(3);
    EXPECT_THAT(commands, testing::Contains("reset 10.0.1.1 -> 10.9.1.1:443"))
        << "10.0.1.1 -> 10.9.0.1:443 lives on its entry of the kernel's table";
    lab.kernel.removeAddress(LinkIndex{2}, "10.0.1.1");
    lab.run(1s);
    EXPECT_THAT(lab.kernel[token].rmAddrSent, ElementsAre(AddressId{2})) << "so this still works";
}

TEST_F(FullmeshReload, TurnsSubflowsOfALinkToBackupWhenItsRoleBecomesBackup) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.run(1s);
    lab.configuration().links = {{"eth1", Role::backup}};
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("backup 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443 backup"));
}

TEST_F(FullmeshReload, DrainsALinkWhoseRoleBecomesIgnore) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.run(1s);
    lab.configuration().links = {{"eth1", Role::ignore}};
    lab.reload();
    lab.run(7s);
    EXPECT_THAT(lab.commandsSince(1),
                ElementsAre("backup 10.0.1.1 -> 10.9.0.1:443", "destroy 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token), ElementsAre("10.0.0.1 -> 10.9.0.1:443"));
    lab.configuration().links.clear();
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 2U) << "and comes back";
}

TEST_F(FullmeshReload, DrainsWhatAPolicyWantedThatIsGone) {
    lab.twoUplinks();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.run(1s);
    lab.configuration().policies.clear();
    lab.configuration().rules[0].chain.clear();
    lab.reload();
    lab.run(7s);
    EXPECT_THAT(lab.subflows(token), ElementsAre("10.0.0.1 -> 10.9.0.1:443"));
}

TEST_F(FullmeshReload, CommandsNothingWhenItOnlyObserves) {
    lab.twoUplinks();
    lab.configuration().mode = core::Mode::observe;
    lab.reload();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    EXPECT_EQ(codeOf(lab.engine->explain(lab.now, token)[1].reason), "observing");
    lab.configuration().mode = core::Mode::userspace;
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U);
}

TEST_F(FullmeshReload, LeavesDecisionsToTheKernelAndClaimsNone) {
    lab.twoUplinks();
    lab.uplink(3, "eth2", "10.0.2.1");
    lab.configuration().mode = core::Mode::kernel;
    lab.configuration().links = {{"eth2", Role::ignore}};
    lab.reload();
    const auto token = lab.connected("10.0.0.1:1000", "10.9.0.1:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    std::vector<std::string> told;
    for (const auto& path : lab.engine->explain(lab.now, token))
        told.push_back(path.by + ' ' + std::string{codeOf(path.reason)});
    EXPECT_THAT(told,
                ElementsAre("core initial-subflow", "kernel kernel-decides", "link link-ignored"));
    EXPECT_EQ(lab.engine->report(token)->managedBy, core::ManagedBy::kernel);
    EXPECT_EQ(lab.engine->counters().foreign, 1U);
    std::vector<std::string> wanted;
    for (const auto& wish : lab.engine->endpoints())
        if (wish.stance == core::Stance::want)
            wanted.push_back(toString(wish.address));
    EXPECT_THAT(wanted, ElementsAre("10.0.0.1", "10.0.1.1"));
    lab.configuration().mode = core::Mode::userspace;
    lab.reload();
    EXPECT_THAT(lab.engine->endpoints(), IsEmpty());
}

} // namespace
} // namespace subflowd::test
