// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// How the plans of a chain become one: forbid > hold > the smallest limit > backup > regular.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto createOther = "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443";

class Merging : public Chain {};

TEST_F(Merging, LeavesAloneWhatNobodyWants) {
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    EXPECT_EQ(why(token, "10.0.1.1"), "core: nobody-wants");
    EXPECT_EQ(why(token, "10.0.0.1"), "core: initial-subflow");
}

TEST_F(Merging, CreatesWhatOneWants) {
    second.say = wantsAll;
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
    EXPECT_EQ(why(token, "10.0.1.1"), "second: because");
}

TEST_F(Merging, ForbidsWhatOneForbids) {
    first.say = wantsAll;
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.forbid(pathFrom(connection, other), Existing::keep, reason);
    };
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    EXPECT_EQ(why(token, "10.0.1.1"), "second: because");
}

TEST_F(Merging, EndsWhatIsForbiddenInTheHardestWayThatWasSaid) {
    auto existing = Existing::keep;
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.forbid(pathFrom(connection, other), Existing::keep, reason);
    };
    second.say = [&existing](const auto& connection, const auto&, Plan& plan) {
        plan.forbid(pathFrom(connection, other), existing, reason);
    };
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(lab.mark(), 1U) << "keep";
    existing = Existing::drain;
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("backup 10.0.1.1 -> 10.9.0.1:443"));
    lab.run(6s);
    EXPECT_THAT(lab.commandsSince(2), ElementsAre("destroy 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(lab.subflows(token), ElementsAre("10.0.0.1 -> 10.9.0.1:443"));
}

TEST_F(Merging, ClosesAtOnceWhatIsToBeClosed) {
    first.say = wantsAll;
    connected();
    lab.run(1s);
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.forbid(pathFrom(connection, other), Existing::close, reason);
    };
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("destroy 10.0.1.1 -> 10.9.0.1:443"));
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 2U) << "wanted, and still forbidden";
}

TEST_F(Merging, TakesTheSmallestLimit) {
    lab.uplink(3, "eth2", "10.0.2.1/24");
    lab.settle();
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.limit(LimitScope::connection, 3, reason);
    };
    second.say = [](const auto&, const auto&, Plan& plan) {
        plan.limit(LimitScope::connection, 2, reason);
    };
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
    EXPECT_EQ(why(token, "10.0.2.1"), "second: because");
}

TEST_F(Merging, KeepsToTheLimitOfTheConfiguration) {
    first.say = wantsAll;
    lab.configuration().limits.subflows = 1;
    lab.reload();
    const auto token = connected();
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    EXPECT_EQ(why(token, "10.0.1.1"), "limit: connection-limit");
    EXPECT_EQ(sentenceOf(explain(token, "10.0.1.1").reason), "the connection may have 1 subflows");
}

TEST_F(Merging, MultipliesWhatAnyPolicyWantsAndNothingElse) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        for (std::size_t i = 0; i < connection.paths.size(); ++i)
            plan.multiply(static_cast<PathId>(i), 3, reason);
    };
    auto token = connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, other), {}, reason);
    };
    token = connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther, createOther, createOther));
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because") << "who multiplies has the last word";
    second.say = nullptr;
    const auto mark = lab.mark();
    lab.reload();
    lab.run(10s);
    EXPECT_EQ(lab.commandsSince(mark).size(), 6U) << "each drained and ended";
    EXPECT_EQ(lab.subflows(token).size(), 1U);
}

TEST_F(Merging, HasTheFirstSubflowOfEveryPathBeforeAnySibling) {
    first.say = wantsAll;
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 0, 1)), {0, 3, {}}, reason);
        plan.limit(LimitScope::connection, 2, reason);
    };
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
}

TEST_F(Merging, DrainsSiblingsFirstWhenALimitIsLowered) {
    first.say = wantsAll;
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.multiply(pathFrom(connection, IpAddress::v4(10, 0, 0, 1)), 3, reason);
    };
    const auto token = connected();
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 4U);
    lab.configuration().limits.subflows = 2;
    lab.reload();
    lab.run(10s);
    EXPECT_THAT(lab.subflows(token),
                ElementsAre("10.0.0.1 -> 10.9.0.1:443", "10.0.1.1 -> 10.9.0.1:443"));
}

TEST_F(Merging, KeepsTheSiblingsOfAPolicyThatThrows) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, other), {0, 3, {}}, reason);
    };
    const auto token = connected();
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 4U);
    first.say = [](const auto&, const auto&, Plan&) { throw 1; };
    lab.reload();
    lab.run(10s);
    EXPECT_EQ(lab.subflows(token).size(), 4U);
    EXPECT_EQ(lab.mark(), 3U);
}

TEST_F(Merging, LimitsSubflowsOfALinkAndToARemote) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.limit(LimitScope::link, 1, {&because, 1, 0});
    };
    const auto token = connected();
    lab.kernel.announceFromPeer(token, 5, "10.9.1.1:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
    EXPECT_EQ(explain(token, "10.0.1.1", "10.9.1.1:443").reason.first, 1U);
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.limit(LimitScope::remote, 1, {&because, 2, 0});
    };
    const auto next = connected();
    lab.kernel.announceFromPeer(next, 5, "10.9.1.1:443");
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(1), ElementsAre("create 10.0.0.1 id 0 on 1 -> 10.9.1.1:443"));
    EXPECT_EQ(explain(next, "10.0.1.1").reason.first, 2U);
}

TEST_F(Merging, IsBackupIfOneSaysBackup) {
    first.say = wantsAll;
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan, {0, 1, Priority::backup});
    };
    connected();
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 backup",
                            "backup 10.0.0.1 -> 10.9.0.1:443"));
}

TEST_F(Merging, OrdersByPlaceInTheChainThenByRank) {
    for (std::uint32_t i = 3; i <= 5; ++i)
        lab.uplink(i, "eth" + std::to_string(i - 1), "10.0." + std::to_string(i - 1) + ".1/24");
    lab.settle();
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 3, 1)), {200, 1, {}}, reason);
    };
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 2, 1)), {7, 1, {}}, reason);
        plan.want(pathFrom(connection, IpAddress::v4(10, 0, 4, 1)), {3, 1, {}}, reason);
        plan.want(pathFrom(connection, other), {7, 1, {}}, reason);
    };
    connected();
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("create 10.0.3.1 id 4 on 4 -> 10.9.0.1:443",
                            "create 10.0.4.1 id 5 on 5 -> 10.9.0.1:443", createOther,
                            "create 10.0.2.1 id 3 on 3 -> 10.9.0.1:443"));
}

TEST_F(Merging, IgnoresPathsSubflowsAndAddressesThatDoNotExist) {
    first.say = [](const auto&, const auto&, Plan& plan) {
        const PathId invented{999};
        plan.want(invented, {}, reason);
        plan.forbid(invented, Existing::close, reason);
        plan.hold(invented, Until::operatorActs, {}, reason);
        plan.retry(invented, {}, reason);
        plan.setPriority(SubflowId{999}, Priority::backup, reason);
        plan.announce(LocalId{999}, 0, reason);
    };
    connected();
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
}

TEST_F(Merging, ClampsEachPolicyToTheRoleOfTheLink) {
    lab.configuration().links = {{"eth1", Role::backup}};
    lab.reload();
    first.say = wantsAll;
    connected();
    EXPECT_THAT(lab.commandsSince(0),
                ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443 backup"));
    lab.configuration().links = {{"eth1", Role::ignore}};
    lab.reload();
    lab.run(10s);
    const auto mark = lab.mark();
    const auto token = connected();
    EXPECT_EQ(lab.mark(), mark);
    EXPECT_EQ(why(token, "10.0.1.1"), "link: link-ignored");
}

TEST_F(Merging, LooksAgainWhenAPolicyAsksForIt) {
    const auto time = lab.now + 30s;
    first.say = [time](const auto& connection, const HostView& host, Plan& plan) {
        if (host.now < time)
            return plan.askAgain(time);
        wantAll(connection, plan);
    };
    connected();
    lab.run(29s);
    EXPECT_THAT(lab.commandsSince(0), IsEmpty());
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
}

TEST_F(Merging, DoesNotAskAgainForAMomentThatIsOver) {
    first.say = [](const auto&, const HostView& host, Plan& plan) { plan.askAgain(host.now); };
    connected();
    first.calls = 0;
    lab.run(10s);
    EXPECT_LE(first.calls, 1000) << "it would be asked without end";
}

TEST_F(Merging, ShowsPoliciesTheHost) {
    std::size_t links = 0;
    std::size_t addresses = 0;
    first.say = [&](const ConnectionView& connection, const HostView& host, Plan&) {
        links = host.links.size();
        addresses = host.addresses.size();
        EXPECT_EQ(connection.local, parseEndpoint("10.0.0.1:1000"));
        EXPECT_EQ(connection.remote, parseEndpoint(server));
        ASSERT_EQ(connection.subflows.size(), 1U);
        EXPECT_TRUE(connection.subflows[0].initial);
        EXPECT_EQ(connection.paths[static_cast<std::size_t>(connection.subflows[0].path)].state,
                  PathState::confirmed);
    };
    connected();
    EXPECT_EQ(links, 2U);
    EXPECT_EQ(addresses, 2U);
}

} // namespace
} // namespace subflowd::test
