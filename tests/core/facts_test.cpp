// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// What policies are told of paths, for their memories.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;

class Facts : public Chain {};

TEST_F(Facts, TellEachPolicyOfTheChainHowAPathFailed) {
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::refuses);
    const auto token = connected();
    lab.run(1s);
    ASSERT_EQ(first.facts.size(), 1U);
    const Fact& fact = first.facts[0];
    EXPECT_EQ(fact.token, token);
    EXPECT_EQ(fact.link, LinkIndex{2});
    EXPECT_EQ(fact.local, other);
    EXPECT_EQ(fact.remote, parseEndpoint(server));
    EXPECT_EQ(fact.origin, RemoteOrigin::initial);
    EXPECT_EQ(fact.failure.cause, Cause::refused);
    EXPECT_EQ(second.facts, first.facts);
}

class Rows : public Facts {
  protected:
    void SetUp() override {
        Facts::SetUp();
        first.say = [this](const ConnectionView& connection, const auto&, Plan& plan) {
            wantAll(connection, plan);
            const auto path = pathFrom(connection, other);
            const auto& view = connection.paths[static_cast<std::size_t>(path)];
            row_ = view.failures;
            plan.retry(path, view.lastChange + 200ms, reason);
        };
        token_ = connected();
    }

    /// How many failures in a row there are when the subflow ends after a while.
    std::uint16_t afterLiving(Duration life) {
        lab.run(life);
        lab.kernel.breakSubflow(token_, "10.0.1.1", server, ECONNRESET);
        lab.settle();
        const auto row = row_;
        lab.run(300ms);
        return row;
    }

  private:
    Token token_{};
    std::uint16_t row_ = 0;
};

TEST_F(Rows, GrowWithEachFailure) {
    EXPECT_EQ(afterLiving(5s), 1U);
    EXPECT_EQ(afterLiving(5s), 2U);
    EXPECT_EQ(afterLiving(5s), 3U);
}

TEST_F(Rows, BeginAnewAfterALongLife) {
    afterLiving(5s);
    EXPECT_EQ(afterLiving(31s), 1U);
    EXPECT_EQ(first.facts.back().lasted / 1s, 31);
}

TEST_F(Rows, BeginAnewInAnotherNetwork) {
    afterLiving(5s);
    lab.run(1s);
    lab.kernel.removeRoute(LinkIndex{2}, "0.0.0.0/0");
    lab.kernel.removeRoute(LinkIndex{2}, "10.0.1.0/24");
    lab.settle();
    EXPECT_EQ(afterLiving(1s), 2U) << "that subflow is older than the change";
    lab.kernel.addRoute(LinkIndex{2}, "0.0.0.0/0");
    lab.run(1s);
    EXPECT_EQ(afterLiving(1s), 1U);
}

TEST_F(Facts, TellSinceWhenAConnectionIsStranded) {
    Instant stranded = never;
    first.say = [&stranded](const ConnectionView& connection, const auto&, Plan&) {
        stranded = connection.stranded;
    };
    const auto token = connected();
    EXPECT_EQ(stranded, never);
    lab.run(10s);
    lab.kernel.breakSubflow(token, "10.0.0.1", server, ECONNRESET);
    lab.settle();
    EXPECT_EQ(stranded, lab.now);
    first.say = [&stranded](const ConnectionView& connection, const auto&, Plan& plan) {
        stranded = connection.stranded;
        wantAll(connection, plan);
    };
    lab.reload();
    lab.run(1s);
    EXPECT_EQ(stranded, never);
}

TEST_F(Facts, TellOfACommandThatTheKernelRefused) {
    first.say = wantsAll;
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel[token].halfClosed = true;
    lab.kernel.establish(token);
    lab.run(1s);
    ASSERT_EQ(first.facts.size(), 1U);
    EXPECT_EQ(first.facts[0].failure.cause, Cause::refusedLocally);
}

TEST_F(Facts, SayNothingOfWhatTheDaemonEndedItself) {
    first.say = wantsAll;
    connected();
    lab.run(1s);
    first.say = nullptr;
    lab.reload();
    lab.run(10s);
    EXPECT_TRUE(first.facts.empty());
}

TEST_F(Facts, StayInMemoryForTheNextConnection) {
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::refuses);
    connected();
    lab.run(1s);
    std::size_t remembered = 0;
    first.say = [&remembered](const auto&, const HostView& host, Plan&) {
        remembered = host.memory.size();
    };
    connected();
    EXPECT_EQ(remembered, 1U);
}

TEST_F(Facts, AreNotToldWithoutARule) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1s);
    lab.configuration().rules.clear();
    lab.reload();
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 110);
    lab.run(1s);
    EXPECT_TRUE(first.facts.empty());
}

} // namespace
} // namespace subflowd::test
