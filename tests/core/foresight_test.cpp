// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// Policies are asked before a connection is established, and their answer is used when it is: if
/// nothing came between that they might have known of.
namespace subflowd::test {
namespace {

using namespace core;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr auto createOther = "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443";

class Foresight : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        lab.observer = [this](const Input& /*input*/, const Outcome& outcome) {
            if (outcome.promise)
                promised.push_back(describe(outcome.promise->command.command));
        };
        first.say = [this](const ConnectionView& connection, const HostView& /*host*/, Plan& plan) {
            shown.push_back(connection.state);
            wantAll(connection, plan);
        };
        token = lab.kernel.connect("10.0.0.1:1000", server);
        lab.settle();
        shown.clear();
    }

    /// How often the policies are asked when ESTABLISHED has come.
    std::size_t askedFor(JoinInitial joinInitial = JoinInitial::allowed) {
        const FourTuple initial{parseEndpoint("10.0.0.1:1000").value(),
                                parseEndpoint(server).value()};
        lab.step(event::Established{{token, Side::client, joinInitial, initial}});
        return shown.size();
    }

    std::vector<ConnectionState> shown;
    std::vector<std::string> promised;
    Token token{};
};

TEST_F(Foresight, IsUsed) {
    EXPECT_EQ(askedFor(), 0U);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
}

TEST_F(Foresight, PromisesTheFirstJoin) {
    EXPECT_THAT(promised, ElementsAre(createOther));
    askedFor();
    EXPECT_EQ(lab.promisesKept, 1U);
}

TEST_F(Foresight, PromisesForTheNextInputOnly) {
    lab.step(Tick{});
    askedFor();
    EXPECT_EQ(lab.promisesKept, 0U);
}

TEST_F(Foresight, PromisesForItsTimeOnly) {
    lab.now += 50ms;
    askedFor();
    EXPECT_EQ(lab.promisesKept, 0U);
}

TEST_F(Foresight, PromisesNothingWithoutAJoin) {
    promised.clear();
    lab.kernel.connect("10.0.0.1:1001", server, JoinInitial::denied);
    lab.settle();
    EXPECT_THAT(promised, testing::IsEmpty());
}

/// Which one it will be is known when it goes out: the next of those in use.
TEST_F(Foresight, PromisesNoPortOfItsOwnChoice) {
    HostFacts host;
    host.ephemeralPorts = {32768, 32775};
    lab.step(host);
    lab.settle();
    promised.clear();
    for (int i = 0; i < 3; ++i) {
        const auto port = std::to_string(1001 + i);
        const auto next = lab.kernel.connect("10.0.0.1:" + port, server);
        lab.settle();
        lab.kernel.establish(next);
        lab.settle();
    }
    EXPECT_THAT(promised, ElementsAre(createOther, createOther)) << "of eight, two may be in use";
    EXPECT_EQ(lab.promisesKept, 2U);
}

TEST_F(Foresight, SeesTheConnectionEstablished) {
    lab.kernel.connect("10.0.0.1:1001", server);
    lab.settle();
    EXPECT_THAT(shown, ElementsAre(ConnectionState::established));
}

TEST_F(Foresight, IsUsedOnce) {
    askedFor();
    lab.run(1s);
    EXPECT_GE(shown.size(), 1U) << "the subflow came up";
}

TEST_F(Foresight, EndsWithWhateverComesFirst) {
    lab.step(Tick{});
    EXPECT_EQ(askedFor(), 1U);
    EXPECT_THAT(lab.commandsSince(0), ElementsAre(createOther));
}

TEST_F(Foresight, EndsWithTime) {
    lab.now += 50ms;
    EXPECT_EQ(askedFor(), 1U);
}

TEST_F(Foresight, EndsWithNewsOfTheConnection) {
    EXPECT_EQ(askedFor(JoinInitial::denied), 1U);
    EXPECT_THAT(lab.commandsSince(0), testing::IsEmpty());
}

TEST_F(Foresight, IsOfOneConnection) {
    lab.kernel.connect("10.0.0.1:1001", server);
    lab.settle();
    shown.clear();
    EXPECT_EQ(askedFor(), 1U) << "the other one came between";
}

TEST_F(Foresight, IsNotOfAConnectionThatHasMore) {
    event::SubflowEstablished join;
    join.token = token;
    join.tuple = {parseEndpoint("10.0.1.1:2000").value(), parseEndpoint(server).value()};
    join.localId = join.remoteId = AddressId{2};
    lab.step(join); // ESTABLISHED was lost
    EXPECT_EQ(shown.size(), 1U);
    EXPECT_THAT(lab.commandsSince(0), testing::IsEmpty());
}

TEST_F(Foresight, WaitsForTheFacts) {
    lab.kernel.close(token);
    lab.configuration().guard.confinement = Protection::on;
    lab.reload();
    lab.kernel.factsTake = 100ms;
    const auto slow = lab.kernel.connect("10.0.0.1:1001", server);
    lab.settle();
    shown.clear();
    lab.run(100ms);
    EXPECT_THAT(shown, ElementsAre(ConnectionState::established));
    EXPECT_THAT(promised, ElementsAre(createOther, createOther)) << "the second, for the slow one";
    lab.kernel.establish(slow);
    lab.settle();
    EXPECT_EQ(shown.size(), 1U);
    EXPECT_EQ(lab.promisesKept, 1U);
}

} // namespace
} // namespace subflowd::test
