// SPDX-License-Identifier: BSD-3-Clause
#include "core/guard.hpp"
#include "support/chain.hpp"

#include <string>

/// What a peer's announcements can make this host do, and what not (threats T1, T2, T18).
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class GuardedRemotes : public Chain {
  protected:
    static constexpr auto global = "198.51.100.1:443";

    void SetUp() override {
        Chain::SetUp();
        first.say = wantsAll;
    }

    /// A connection to a server at a global address, with its own joins done.
    Token toGlobal() {
        const auto token = lab.connected("10.0.0.1:1000", global);
        lab.run(1s);
        return token;
    }

    /// What is said of a join to an address that the server announced.
    std::string verdict(Token token, const std::string& announced) {
        const auto mark = lab.mark();
        lab.kernel.announceFromPeer(token, id_++, announced);
        lab.run(1s);
        if (lab.mark() > mark)
            return "joined";
        return why(token, announced.starts_with('[') ? "2001:db8::1" : "10.0.0.1", announced);
    }

  private:
    std::uint8_t id_ = 5;
};

struct Case {
    const char* announced;
    const char* verdict;
};

class HostileAddresses : public GuardedRemotes, public testing::WithParamInterface<Case> {};

TEST_P(HostileAddresses, OfAGlobalServer) {
    EXPECT_EQ(verdict(toGlobal(), GetParam().announced), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Ipv4, HostileAddresses,
                         testing::Values(Case{"127.0.0.1:443", "guard: scope-guarded"},
                                         Case{"0.0.0.0:443", "guard: scope-guarded"},
                                         Case{"169.254.1.1:443", "guard: scope-guarded"},
                                         Case{"169.254.169.254:443", "guard: scope-guarded"},
                                         Case{"224.0.0.1:443", "guard: scope-guarded"},
                                         Case{"255.255.255.255:443", "guard: scope-guarded"},
                                         Case{"10.0.1.1:443", "guard: own-address"},
                                         Case{"10.0.0.77:443", "guard: scope-narrower"},
                                         Case{"192.168.1.1:443", "guard: scope-narrower"},
                                         Case{"100.64.0.1:443", "guard: scope-narrower"},
                                         Case{"198.51.100.2:22", "guard: port-guarded"},
                                         Case{"198.51.100.2:3306", "guard: port-guarded"},
                                         Case{"198.51.100.2:0", "guard: port-guarded"},
                                         Case{"198.51.100.2:443", "joined"},
                                         Case{"203.0.113.9:8443", "joined"}));

class HostileIpv6Addresses : public GuardedRemotes, public testing::WithParamInterface<Case> {};

TEST_P(HostileIpv6Addresses, OfAGlobalServer) {
    lab.uplink(3, "eth2", "2001:db8::1/64");
    lab.settle();
    const auto token = lab.connected("[2001:db8::1]:1000", "[2001:db8:9::1]:443");
    lab.run(1s);
    EXPECT_EQ(verdict(token, GetParam().announced), GetParam().verdict);
}

INSTANTIATE_TEST_SUITE_P(Ipv6, HostileIpv6Addresses,
                         testing::Values(Case{"[::1]:443", "guard: scope-guarded"},
                                         Case{"[::]:443", "guard: scope-guarded"},
                                         Case{"[fe80::1]:443", "guard: scope-guarded"},
                                         Case{"[ff02::1]:443", "guard: scope-guarded"},
                                         Case{"[::127.0.0.1]:443", "guard: scope-guarded"},
                                         Case{"[64:ff9b::7f00:1]:443", "guard: scope-guarded"},
                                         Case{"[2002:7f00:1::]:443", "guard: scope-guarded"},
                                         Case{"[2001:0:0:0:0:0:80ff:fffe]:443",
                                              "guard: scope-guarded"}, // Teredo
                                         Case{"[64:ff9b::a00:101]:443", "guard: own-address"},
                                         Case{"[64:ff9b::c0a8:101]:443", "guard: scope-narrower"},
                                         Case{"[fd00::1]:443", "guard: scope-narrower"},
                                         Case{"[64:ff9b::c633:6401]:443", "joined"},
                                         Case{"[2001:db8:9::2]:443", "joined"}));

TEST(EmbeddedIpv4, IsWhereTranslatorsTakeItFrom) {
    const auto inside = [](std::string_view text) {
        return core::guard::embeddedIpv4(*parseAddress(text));
    };
    EXPECT_EQ(inside("64:ff9b::1.2.3.4"), parseAddress("1.2.3.4"));
    EXPECT_EQ(inside("2002:102:304::5"), parseAddress("1.2.3.4"));
    EXPECT_EQ(inside("2001:0:1:2:3:4:fefd:fcfb"), parseAddress("1.2.3.4"));
    EXPECT_EQ(inside("2001:db8::1.2.3.4"), std::nullopt);
    EXPECT_EQ(inside("1.2.3.4"), std::nullopt);
}

TEST_F(GuardedRemotes, OfAPrivateServerAreJoined) {
    const auto token = connected();
    lab.run(1s);
    EXPECT_EQ(verdict(token, "10.9.0.2:443"), "joined");
}

TEST_F(GuardedRemotes, AreNoNeighboursUnlessTheServerIsOne) {
    const auto far = connected();
    lab.run(1s);
    EXPECT_EQ(verdict(far, "10.0.1.77:443"), "guard: neighbour-guarded");
    const auto near = lab.connected("10.0.0.1:1001", "10.0.0.9:443");
    lab.run(1s);
    EXPECT_EQ(verdict(near, "10.0.1.77:443"), "joined");
}

TEST_F(GuardedRemotes, FollowTheAdministrator) {
    auto& guard = lab.configuration().guard;
    guard.allowRemotes = {*parsePrefix("192.168.0.0/16")};
    guard.denyRemotes = {*parsePrefix("203.0.113.0/24")};
    guard.allowPorts = {{443, 443}};
    guard.denyPorts = {};
    lab.reload();
    const auto token = toGlobal();
    EXPECT_EQ(verdict(token, "192.168.1.1:443"), "joined");
    EXPECT_EQ(verdict(token, "203.0.113.1:443"), "guard: remote-denied");
    EXPECT_EQ(verdict(token, "198.51.100.2:8443"), "guard: port-guarded");
    guard.scope = core::Protection::off;
    lab.reload();
    EXPECT_EQ(verdict(token, "172.16.0.1:443"), "joined");
    EXPECT_EQ(verdict(token, "127.0.0.1:443"), "guard: scope-guarded") << "never";
}

TEST_F(GuardedRemotes, AreCounted) {
    const auto token = toGlobal();
    verdict(token, "127.0.0.1:443");
    verdict(token, "10.1.1.1:443");
    EXPECT_EQ(lab.engine->counters().announcementsRefused, 2U);
    EXPECT_EQ(lab.changes.back().kind, core::Change::Kind::addressAnnounced);
    EXPECT_EQ(codeOf(lab.changes.back().reason), "scope-narrower");
}

TEST_F(GuardedRemotes, DoNotTakeThePlaceOfGoodOnes) {
    const auto token = toGlobal();
    for (std::uint8_t i = 0; i < 100; ++i)
        lab.kernel.announceFromPeer(token, static_cast<std::uint8_t>(100 + i),
                                    "192.168.0." + std::to_string(i + 1) + ":443");
    lab.run(1s);
    EXPECT_EQ(lab.engine->counters().announcementsIgnored, 92U);
    EXPECT_EQ(verdict(token, "198.51.100.2:443"), "joined");
}

TEST_F(GuardedRemotes, AreLimitedInNumber) {
    const auto token = toGlobal();
    for (std::uint8_t i = 0; i < 100; ++i)
        lab.kernel.announceFromPeer(token, static_cast<std::uint8_t>(100 + i),
                                    "198.51.100." + std::to_string(i + 10) + ":443");
    lab.run(1s);
    EXPECT_EQ(lab.engine->report(token)->remotes.size(), 8U);
    EXPECT_EQ(lab.engine->counters().announcementsIgnored, 92U);
}

TEST_F(GuardedRemotes, AreLimitedInPorts) {
    const auto token = toGlobal();
    for (std::uint8_t i = 0; i < 10; ++i)
        lab.kernel.announceFromPeer(token, static_cast<std::uint8_t>(100 + i),
                                    "198.51.100.9:" + std::to_string(i + 2000));
    lab.run(1s);
    EXPECT_EQ(lab.engine->report(token)->remotes.size(), 2U);
}

TEST_F(GuardedRemotes, KeepTheirIds) {
    const auto token = toGlobal();
    lab.kernel.announceFromPeer(token, 9, "198.51.100.2:443");
    lab.kernel.announceFromPeer(token, 9, "198.51.100.3:443");
    lab.run(1s);
    ASSERT_EQ(lab.engine->report(token)->remotes.size(), 1U);
    EXPECT_EQ(lab.engine->report(token)->remotes[0].endpoint, parseEndpoint("198.51.100.2:443"));
    EXPECT_EQ(lab.engine->counters().announcementsIgnored, 1U);
}

} // namespace
} // namespace subflowd::test
