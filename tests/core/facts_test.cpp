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
