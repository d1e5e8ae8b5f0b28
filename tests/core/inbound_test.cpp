// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

#include <string>

/// What peers open on a host that serves them (threats T4, K22).
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;

class Inbound : public Chain {
  protected:
    Token served(const std::string& peer) {
        const auto token =
            lab.kernel.connect("10.0.0.1:443", peer, JoinInitial::allowed, Side::server);
        lab.kernel.establish(token);
        lab.settle();
        return token;
    }

    void join(Token token, const std::string& from) {
        lab.kernel.joinFromPeer(token, "10.0.0.1:443", from, 3);
        lab.settle();
    }

    std::size_t refused() const { return lab.engine->counters().inboundRefused; }
};

TEST_F(Inbound, IsLimitedForEachPeerNetwork) {
    lab.configuration().guard.inboundPerPeer = 3;
    lab.reload();
    for (int i = 0; i < 6; ++i)
        join(served("10.9.0.7:" + std::to_string(5000 + i)),
             "10.9.0." + std::to_string(i + 1) + ":6000");
    EXPECT_EQ(refused(), 3U);
    join(served("10.9.9.7:5000"), "10.9.9.8:6000");
    EXPECT_EQ(refused(), 3U) << "another network is not concerned";
}

TEST_F(Inbound, IsLimitedOverall) {
    lab.configuration().guard.inbound = 2;
    lab.reload();
    for (int i = 0; i < 4; ++i)
        join(served("10.9.0.7:" + std::to_string(5000 + i)),
             "10.9." + std::to_string(i) + ".1:6000");
    EXPECT_EQ(refused(), 2U);
}

TEST_F(Inbound, IsLimitedInRate) {
    lab.configuration().guard.inboundJoins = {3, 10s};
    lab.configuration().limits.inbound = 100;
    lab.reload();
    const auto token = served("10.9.0.7:5000");
    for (int i = 0; i < 5; ++i)
        join(token, "10.9.0.7:" + std::to_string(6000 + i));
    EXPECT_EQ(refused(), 2U);
    lab.run(11s);
    join(token, "10.9.0.7:7000");
    EXPECT_EQ(refused(), 2U);
}

TEST_F(Inbound, MakesRoomWhenSubflowsAndConnectionsEnd) {
    lab.configuration().guard.inbound = 2;
    lab.reload();
    const auto one = served("10.9.0.7:5000");
    const auto two = served("10.9.0.7:5001");
    join(one, "10.9.0.7:6000");
    join(two, "10.9.0.7:6001");
    lab.kernel.closeSubflow(one, "10.9.0.7:6000", 0);
    lab.kernel.close(two);
    lab.settle();
    join(one, "10.9.0.7:6002");
    join(one, "10.9.0.7:6003");
    EXPECT_EQ(refused(), 0U);
}

TEST_F(Inbound, CountsWhatASnapshotFound) {
    lab.configuration().guard.inbound = 2;
    lab.reload();
    const auto one = served("10.9.0.7:5000");
    join(one, "10.9.0.7:6000");
    join(one, "10.9.0.7:6001");
    lab.restart();
    lab.run(1s);
    join(one, "10.9.0.7:6002");
    EXPECT_EQ(refused(), 1U);
}

} // namespace
} // namespace subflowd::test
