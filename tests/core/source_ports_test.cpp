// SPDX-License-Identifier: BSD-3-Clause
#include "core/source_ports.hpp"
#include "support/chain.hpp"

#include <cerrno>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

/// A host with 16 ephemeral ports, so that four joins from an address are a quarter.
class SourcePortsTest : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        first.say = wantsAll;
        host.ephemeralPorts = {50000, 50015};
        lab.step(host);
    }

    /// Four joins from eth1 without a port, which are forgotten.
    void useAQuarter() {
        for (int i = 0; i < 4; ++i)
            connected();
        mark_ = lab.mark();
    }

    /// Commands since then.
    std::vector<std::string> commands() const { return lab.commandsSince(mark_); }

    HostFacts host;

  private:
    std::size_t mark_ = 0;
};

TEST_F(SourcePortsTest, AreTheKernelsUntilAQuarterIsInUse) {
    for (int i = 0; i < 4; ++i)
        connected();
    EXPECT_THAT(lab.commandsSince(0), Each(HasSubstr("create 10.0.1.1 id 2")));
    useAQuarter();
    connected();
    EXPECT_THAT(commands(), ElementsAre("create 10.0.1.1:50008 id 2 on 2 -> 10.9.0.1:443"))
        << "four more were named before";
}

TEST_F(SourcePortsTest, GoRoundTheRangeByParityAndLeaveReservedOnesOut) {
    host.reservedPorts = {{50002, 50004}, {50009, 50015}};
    lab.step(host);
    useAQuarter();
    for (int i = 0; i < 8; ++i) {
        lab.kernel.close(connected());
        lab.settle();
    }
    EXPECT_THAT(commands(),
                ElementsAre(HasSubstr(":50000 "), HasSubstr(":50006 "), HasSubstr(":50008 "),
                            HasSubstr(":50001 "), HasSubstr(":50005 "), HasSubstr(":50007 "),
                            HasSubstr(":50000 "), HasSubstr(":50006 ")));
}

TEST_F(SourcePortsTest, AreTheKernelsAgainWhenTheMinuteOfTimeWaitIsOver) {
    useAQuarter();
    std::vector<Token> tokens;
    for (const auto token : lab.engine->tokens())
        lab.kernel.close(token);
    lab.run(3min);
    connected();
    EXPECT_THAT(commands(), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
}

TEST_F(SourcePortsTest, ThatAreTakenAreFollowedByOthersAndAtLastByTheKernels) {
    useAQuarter();
    lab.kernel.takenPorts = {50000, 50002};
    auto token = connected();
    EXPECT_THAT(commands(), ElementsAre(HasSubstr(":50000 "), HasSubstr(":50002 "),
                                        "create 10.0.1.1:50004 id 2 on 2 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    for (std::uint16_t port = 50000; port < 50016; ++port)
        lab.kernel.takenPorts.insert(port);
    useAQuarter();
    token = connected();
    EXPECT_EQ(commands().size(), SourcePorts::mostTries + 1U);
    EXPECT_EQ(commands().back(), "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443");
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(SourcePortsTest, ThatAreTakenAreNoRefusalOfWhatAnOperatorOrders) {
    useAQuarter();
    auto token = Token{};
    first.say = [&token](const ConnectionView& connection, const HostView& now, Plan& plan) {
        if (connection.token != token)
            wantsAll(connection, now, plan);
    };
    lab.kernel.takenPorts = {50000};
    token = lab.kernel.connect("10.0.0.1:3000", server);
    lab.kernel.establish(token);
    lab.settle();
    request::PathName path;
    path.local = parseAddress("10.0.1.1");
    lab.ask(request::CreateSubflow{token, path, Priority::regular});
    lab.run(1s);
    EXPECT_THAT(commands(), ElementsAre(HasSubstr(":50000 "), HasSubstr(":50002 ")));
    ASSERT_EQ(lab.answers.size(), 1U);
    EXPECT_EQ(lab.answers.front().result, RequestResult::done);
    lab.run(1min);
    EXPECT_EQ(lab.subflows(token).size(), 2U) << "and the order stands";
}

TEST_F(SourcePortsTest, HaveAnIdThatNoOtherSubflowOfTheConnectionGets) {
    useAQuarter();
    const auto token = connected();
    lab.run(1s);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, ECONNRESET);
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16"); // another network: it is tried again
    lab.run(10s);
    EXPECT_THAT(commands(), ElementsAre("create 10.0.1.1:50000 id 2 on 2 -> 10.9.0.1:443",
                                        "create 10.0.1.1 id 254 on 2 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, ECONNRESET);
    lab.kernel.addRoute(LinkIndex{2}, "10.8.0.0/16");
    lab.run(10s);
    EXPECT_EQ(commands().back(), "create 10.0.1.1 id 254 on 2 -> 10.9.0.1:443");
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(SourcePortsTest, AreNamedAgainWhenTheKernelForgotTheAddress) {
    useAQuarter();
    const auto token = connected();
    lab.run(1s);
    lab.kernel.setCarrier(LinkIndex{2}, false);
    lab.run(1s);
    lab.kernel.setCarrier(LinkIndex{2}, true);
    lab.run(1s);
    EXPECT_THAT(commands(), Contains(HasSubstr("create 10.0.1.1:500")).Times(6))
        << "the one, and all five after the link came back";
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(SourcePortsTest, AreNotNamedWhereTwoPathsBeginAtTheAddress) {
    useAQuarter();
    const auto token = connected();
    lab.run(1s);
    lab.kernel.announceFromPeer(token, 1, "10.9.0.2:443");
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 4U);
    EXPECT_THAT(commands(), Contains("create 10.0.1.1 id 254 on 2 -> 10.9.0.2:443"))
        << "the address without a port is another entry";
    const auto both = lab.connected("10.0.0.1:2000", "10.9.0.3:443");
    (void)both;
}

TEST_F(SourcePortsTest, AreTheKernelsOnTheInitialAddress) {
    for (int i = 0; i < 8; ++i)
        connected(JoinInitial::denied);
    const auto token = connected(JoinInitial::denied);
    lab.kernel.announceFromPeer(token, 1, "10.9.0.2:443");
    lab.settle();
    EXPECT_THAT(lab.commandsSince(0), Contains("create 10.0.0.1 id 0 on 1 -> 10.9.0.2:443"));
}

TEST_F(SourcePortsTest, GiveWayToAnEntryFromBeforeTheDaemon) {
    useAQuarter();
    const auto token = lab.kernel.connect("10.0.0.1:3000", server);
    lab.kernel[token].table.push_back({parseAddress("10.0.1.1").value(), 0, AddressId{2}});
    lab.kernel.establish(token);
    lab.run(1s);
    EXPECT_THAT(commands(), ElementsAre("create 10.0.1.1:50000 id 2 on 2 -> 10.9.0.1:443",
                                        "create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

TEST_F(SourcePortsTest, OfAnEarlierDaemonAreFoundInTheKernelsTable) {
    useAQuarter();
    const auto token = connected();
    lab.run(1s);
    lab.restart();
    lab.run(1s);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, ECONNRESET);
    lab.kernel.addRoute(LinkIndex{2}, "10.7.0.0/16");
    lab.run(10s);
    EXPECT_EQ(commands().back(), "create 10.0.1.1 id 254 on 2 -> 10.9.0.1:443");
    EXPECT_EQ(lab.subflows(token).size(), 2U);
}

} // namespace
} // namespace subflowd::test
