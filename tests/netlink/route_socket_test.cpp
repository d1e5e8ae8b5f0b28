// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/route_socket.hpp"
#include "support/new_namespace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <string>

namespace subflowd::netlink {
namespace {

using core::NetworkChange;
using namespace core::network;
using subflowd::test::inNewNamespace;
using subflowd::test::receiveUntil;
using test::run;

constexpr auto own = IpAddress::v4(10, 9, 9, 1);

/// A RouteSocket and everything it said.
class Follower {
  public:
    void startDump() { socket_.startDump(changes_); }

    template <typename Done>
    void until(Done&& done) {
        const auto fds = socket_.fds();
        receiveUntil(
            fds, [this] { socket_.receive(changes_); }, done);
    }

    void dump() {
        forget();
        startDump();
        untilDumped();
    }

    void untilDumped() {
        until([this] { return last<DumpEnded>() && state() == RouteSocket::State::following; });
    }

    template <typename Change, typename Matches>
    std::optional<Change> last(Matches&& matches) const {
        std::optional<Change> found;
        for (const auto& change : changes_)
            if (const auto* one = std::get_if<Change>(&change); one && matches(*one))
                found = *one;
        return found;
    }

    template <typename Change>
    std::optional<Change> last() const {
        return last<Change>([](const Change&) { return true; });
    }

    std::optional<Link> link() const {
        return last<Link>([](const Link& link) { return link.name == "d0"; });
    }

    std::optional<Address> address() const {
        return last<Address>([](const Address& address) { return address.address == own; });
    }

    std::optional<Route> defaultRoute(Family family) const {
        return last<Route>([family](const Route& route) {
            return route.destination.length() == 0 &&
                   route.destination.address().family() == family;
        });
    }

    /// Where in the order a change stands; the number of changes if it does not.
    std::ptrdiff_t position(const NetworkChange& change) const {
        return std::ranges::find(changes_, change) - changes_.begin();
    }

    void forget() { changes_.clear(); }

    RouteSocket::State state() const { return socket_.state(); }

    RouteSocket::Counters counters() const { return socket_.counters(); }

    int liveFd() const { return socket_.fds()[0]; }

  private:
    RouteSocket socket_;
    std::vector<NetworkChange> changes_;
};

void makeLink() {
    run("ip link add d0 type veth peer name d1 && ip link set d1 up && ip addr add 10.9.9.1/24 dev "
        "d0 && ip link set d0 up && "
        "ip route add default via 10.9.9.2 dev d0 metric 7 && ip -6 route add default dev d0");
}

TEST(RouteSocketOnKernel, liveChangesAndDumpAreTheSameValues) {
    inNewNamespace([] {
        Follower follower;
        makeLink();
        follower.until([&] { return follower.defaultRoute(Family::ipv6).has_value(); });
        follower.until([&] { return follower.state() == RouteSocket::State::following; });
        const auto link = follower.link();
        const auto address = follower.address();
        const auto ipv4 = follower.defaultRoute(Family::ipv4);
        const auto ipv6 = follower.defaultRoute(Family::ipv6);
        ASSERT_TRUE(link && address && ipv4);
        EXPECT_EQ(*link, (Link{LinkIndex{::if_nametoindex("d0")}, "d0", LinkKind::veth, true, true,
                               noLink}));
        EXPECT_EQ(*address, (Address{link->index, own, 24, false, false, false}));
        EXPECT_EQ(*ipv4,
                  (Route{link->index, Prefix(IpAddress{}, 0), IpAddress::v4(10, 9, 9, 2), 254, 7}));
        EXPECT_EQ(ipv6->destination, Prefix(IpAddress::v6({}), 0));

        follower.dump();
        EXPECT_EQ(follower.link(), link);
        EXPECT_EQ(follower.address(), address);
        EXPECT_EQ(follower.defaultRoute(Family::ipv4), ipv4);
        EXPECT_EQ(follower.defaultRoute(Family::ipv6), ipv6);
    });
}

TEST(RouteSocketOnKernel, dumpStandsBetweenBegunAndEnded) {
    inNewNamespace([] {
        makeLink();
        Follower follower;
        follower.dump();
        const auto link = follower.link();
        ASSERT_TRUE(link && follower.defaultRoute(Family::ipv6));
        EXPECT_EQ(follower.position(DumpBegun{}), 0);
        EXPECT_LT(follower.position(*link), follower.position(*follower.address()));
        EXPECT_LT(follower.position(*follower.address()),
                  follower.position(*follower.defaultRoute(Family::ipv4)));
        EXPECT_LT(follower.position(*follower.defaultRoute(Family::ipv6)),
                  follower.position(DumpEnded{}));
    });
}

TEST(RouteSocketOnKernel, changesDuringADumpComeAfterIt) {
    inNewNamespace([] {
        makeLink();
        Follower follower;
        follower.startDump();
        run("ip link del d0");
        follower.until([&] { return follower.last<LinkGone>().has_value(); });
        EXPECT_LT(follower.position(DumpEnded{}), follower.position(*follower.last<LinkGone>()));
    });
}

TEST(RouteSocketOnKernel, addressGoneRefreshesTheRoutes) {
    inNewNamespace([] {
        makeLink();
        run("ip route add default dev d0 src 10.9.9.1 metric 99");
        const auto withSource = [](const Route& route) { return route.metric == 99; };
        Follower follower;
        follower.dump();
        ASSERT_TRUE(follower.last<Route>(withSource));
        follower.forget();
        run("ip addr del 10.9.9.1/24 dev d0");
        follower.untilDumped();
        EXPECT_TRUE(follower.last<AddressGone>());
        EXPECT_FALSE(follower.last<Route>(withSource));
        EXPECT_EQ(follower.counters().refreshes, 1U);
    });
}

TEST(RouteSocketOnKernel, nextHopThatReturnsSilentlyIsFound) {
    inNewNamespace([] {
        makeLink();
        run("ip route add 192.0.2.0/24 metric 99 nexthop dev d0 nexthop dev d1");
        const auto hop = [](const Route& route) {
            return route.metric == 99 && route.link == LinkIndex{::if_nametoindex("d0")};
        };
        run("ip link set d0 down");
        Follower follower;
        follower.dump();
        EXPECT_FALSE(follower.last<Route>(hop)) << "the next hop is dead";
        follower.forget();
        run("ip link set d0 up");
        follower.untilDumped();
        EXPECT_TRUE(follower.last<Route>(hop));
    });
}

TEST(RouteSocketOnKernel, replacedRouteStartsADump) {
    inNewNamespace([] {
        makeLink();
        Follower follower;
        run("ip route replace default via 10.9.9.3 dev d0 metric 7");
        follower.untilDumped();
        EXPECT_EQ(follower.defaultRoute(Family::ipv4)->gateway, IpAddress::v4(10, 9, 9, 3));
        EXPECT_EQ(follower.counters().dumps, 1U);
    });
}

TEST(RouteSocketOnKernel, lostChangesStartADump) {
    inNewNamespace([] {
        Follower follower;
        const int tiny = 1;
        ASSERT_EQ(::setsockopt(follower.liveFd(), SOL_SOCKET, SO_RCVBUF, &tiny, sizeof tiny), 0);
        makeLink();
        follower.untilDumped();
        EXPECT_GE(follower.counters().overruns, 1U);
        EXPECT_TRUE(follower.link());
        EXPECT_EQ(follower.defaultRoute(Family::ipv4)->metric, 7U);
    });
}

TEST(RouteSocketOnKernel, inconsistentPartOfADumpIsDoneAgain) {
    inNewNamespace([] {
        run("seq -f 'link add many%g type veth' 100 | ip -batch -");
        Follower follower;
        follower.startDump();
        run("ip link add d0 type veth peer name d1");
        follower.untilDumped();
        EXPECT_GE(follower.counters().repeated, 1U);
        EXPECT_TRUE(follower.link());
    });
}

TEST(RouteSocketOnKernel, rulesChange) {
    inNewNamespace([] {
        Follower follower;
        run("ip rule add from 10.9.9.1 table 100");
        follower.until([&] { return follower.last<RulesChanged>().has_value(); });
    });
}

TEST(RouteSocketOnKernel, aSecondStartAbandonsTheFirst) {
    inNewNamespace([] {
        makeLink();
        Follower follower;
        follower.startDump();
        follower.dump();
        EXPECT_TRUE(follower.defaultRoute(Family::ipv6));
        EXPECT_EQ(follower.counters().dumps, 1U);
        EXPECT_EQ(follower.counters().failedDumps, 0U);
    });
}

} // namespace
} // namespace subflowd::netlink
