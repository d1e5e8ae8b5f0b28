// SPDX-License-Identifier: BSD-3-Clause
#include "core/link_table.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace subflowd::core {
namespace {

using Effect = LinkTable::Effect;

constexpr LinkIndex eth0{1};
constexpr LinkIndex eth1{2};

IpAddress ip(std::string_view text) {
    return parseAddress(text).value();
}

network::Link link(LinkIndex index, std::string name, LinkKind kind = LinkKind::ethernet) {
    return {index, std::move(name), kind, true, true, noLink};
}

network::Route route(LinkIndex index, std::string_view prefix, std::uint32_t table = 254) {
    return {index, parsePrefix(prefix).value(), {}, table, 0};
}

network::Address on(LinkIndex index, std::string_view address) {
    return {index, ip(address), 24, false, false, false};
}

class Links : public testing::Test {
  protected:
    /// One link with an address and a default route.
    void uplink(LinkIndex index, std::string name, std::string_view address) {
        table.apply(link(index, std::move(name)));
        table.apply(on(index, address));
        table.apply(route(index, "0.0.0.0/0"));
    }

    LocalRef ref(std::string_view address, LinkIndex index = noLink) {
        const auto found = table.acquire(ip(address), index);
        table.release(found);
        return found;
    }

    const Local& local(std::string_view address, LinkIndex index = noLink) {
        return table.local(ref(address, index));
    }

    Usability of(std::string_view address) { return local(address).usability; }

    Usability towards(std::string_view address, std::string_view remote) {
        return table.usability(ref(address), ip(remote));
    }

    LinkTable table;
};

TEST_F(Links, MakeAnAddressUsableWhenItsRouteIsThere) {
    EXPECT_EQ(table.apply(link(eth0, "eth0")).effect, Effect::none);
    EXPECT_EQ(table.apply(on(eth0, "10.0.0.1")).effect, Effect::none);
    EXPECT_EQ(of("10.0.0.1"), Usability::noRoute);
    const auto applied = table.apply(route(eth0, "10.8.0.0/16"));
    EXPECT_EQ(applied.effect, Effect::gain);
    EXPECT_EQ(applied.link, eth0);
    EXPECT_EQ(of("10.0.0.1"), Usability::usable);
    EXPECT_EQ(towards("10.0.0.1", "10.8.1.1"), Usability::usable);
    EXPECT_EQ(towards("10.0.0.1", "10.9.1.1"), Usability::noRoute);
    table.apply(route(eth0, "0.0.0.0/0"));
    EXPECT_EQ(towards("10.0.0.1", "10.9.1.1"), Usability::usable);
}

TEST_F(Links, TakeALinkThatIsDownOrHasNoCarrierForDown) {
    uplink(eth0, "eth0", "10.0.0.1");
    auto facts = link(eth0, "eth0");
    facts.carrier = false;
    EXPECT_EQ(table.apply(facts).effect, Effect::loss);
    EXPECT_EQ(of("10.0.0.1"), Usability::linkDown);
    facts.carrier = true;
    EXPECT_EQ(table.apply(facts).effect, Effect::gain);
    EXPECT_EQ(of("10.0.0.1"), Usability::usable);
    facts.up = facts.carrier = false;
    table.apply(facts);
    EXPECT_EQ(of("10.0.0.1"), Usability::linkDown);
    facts.up = facts.carrier = true;
    table.apply(facts);
    EXPECT_EQ(of("10.0.0.1"), Usability::noRoute) << "going down drops the routes silently";
    EXPECT_EQ(table.apply(route(eth0, "0.0.0.0/0")).effect, Effect::gain);
    EXPECT_EQ(of("10.0.0.1"), Usability::usable);
}

TEST_F(Links, KnowEachReasonAgainstAnAddress) {
    uplink(eth0, "eth0", "10.0.0.1");
    table.apply(route(eth0, "::/0"));
    auto address = on(eth0, "2001:db8::1");
    address.tentative = true;
    table.apply(address);
    EXPECT_EQ(of("2001:db8::1"), Usability::tentative);
    address.tentative = false;
    address.deprecated = true;
    table.apply(address);
    EXPECT_EQ(of("2001:db8::1"), Usability::deprecated);
    address.deprecated = false;
    EXPECT_EQ(table.apply(address).effect, Effect::gain);
    EXPECT_EQ(of("2001:db8::1"), Usability::usable);
    table.apply(on(eth0, "fe80::1"));
    EXPECT_EQ(of("fe80::1"), Usability::wrongScope);
    table.apply(on(eth0, "169.254.1.1"));
    EXPECT_EQ(of("169.254.1.1"), Usability::wrongScope);
    const auto gone = table.acquire(ip("10.0.0.1"), eth0);
    EXPECT_EQ(table.apply(network::AddressGone{eth0, ip("10.0.0.1")}).effect, Effect::loss);
    EXPECT_EQ(table.local(gone).usability, Usability::gone);
    EXPECT_EQ(table.usability(gone, ip("10.9.0.1")), Usability::gone);
}

TEST_F(Links, JudgeARemoteByItsScopeAndFamily) {
    uplink(eth0, "eth0", "10.0.0.1");
    table.apply(route(eth0, "::/0"));
    table.apply(on(eth0, "2001:db8::1"));
    table.apply(on(eth0, "fd00::1"));
    EXPECT_EQ(towards("10.0.0.1", "127.0.0.1"), Usability::wrongScope);
    EXPECT_EQ(towards("10.0.0.1", "2001:db8::9"), Usability::wrongScope);
    EXPECT_EQ(towards("2001:db8::1", "fe80::9"), Usability::wrongScope);
    EXPECT_EQ(towards("2001:db8::1", "2001:db8::9"), Usability::usable);
    EXPECT_EQ(towards("2001:db8::1", "fd00::9"), Usability::usable);
    EXPECT_EQ(towards("fd00::1", "2001:db8::9"), Usability::wrongScope) << "nobody translates";
    EXPECT_EQ(towards("fd00::1", "fd00::9"), Usability::usable);
}

TEST_F(Links, LeaveOutLoopbackAndTunnelsThatNobodyConfigured) {
    for (const auto kind : {LinkKind::loopback, LinkKind::tunnel, LinkKind::wireguard}) {
        table.apply(link(eth0, "special", kind));
        table.apply(on(eth0, "10.0.0.1"));
        table.apply(route(eth0, "0.0.0.0/0"));
        EXPECT_EQ(of("10.0.0.1"), Usability::ignored) << static_cast<int>(kind);
        const LinkRule rules[] = {{"spec*", Role::backup}};
        table.configure(rules);
        const bool loopback = kind == LinkKind::loopback;
        EXPECT_EQ(of("10.0.0.1"), loopback ? Usability::ignored : Usability::usable)
            << static_cast<int>(kind);
        table.configure({});
    }
    for (const auto kind : {LinkKind::veth, LinkKind::bridge, LinkKind::ppp, LinkKind::other}) {
        table.apply(link(eth0, "usual", kind));
        EXPECT_EQ(of("10.0.0.1"), Usability::usable) << static_cast<int>(kind);
    }
}

TEST_F(Links, HaveTheRoleOfTheFirstRuleThatFitsTheirName) {
    uplink(eth0, "eth0", "10.0.0.1");
    const LinkRule rules[] = {{"eth0", std::nullopt}, {"wwan*", Role::ignore}, {"*", Role::backup}};
    table.configure(rules);
    EXPECT_EQ(local("10.0.0.1").role, Role::backup) << "a rule without a role says nothing";
    const auto applied = table.apply(link(eth0, "wwan0"));
    EXPECT_EQ(applied.effect, Effect::loss) << "a rename applies the roles again";
    EXPECT_EQ(of("10.0.0.1"), Usability::ignored);
    EXPECT_EQ(table.name(eth0), "wwan0");
    EXPECT_EQ(table.linkViews()[0].role, Role::ignore);
    EXPECT_EQ(table.apply(link(eth0, "eth9")).effect, Effect::gain);
    EXPECT_EQ(local("10.0.0.1").role, Role::backup);
    EXPECT_EQ(table.name(LinkIndex{99}), "");
}

TEST_F(Links, ShowPoliciesWhatTheyCostAndWhetherOneIsAStandby) {
    uplink(eth0, "eth0", "10.0.0.1");
    EXPECT_FALSE(table.hasStandby());
    const LinkRule rules[] = {{"eth0", Role::standby, true, 3}};
    table.configure(rules);
    EXPECT_TRUE(table.hasStandby());
    EXPECT_TRUE(table.linkViews()[0].metered);
    EXPECT_EQ(table.linkViews()[0].role, Role::standby);
    EXPECT_EQ(local("10.0.0.1").mostSubflows, 3);
    EXPECT_EQ(table.report()[0].source, RoleSource::configuration);
    EXPECT_TRUE(table.report()[0].metered);
    table.configure({});
    EXPECT_FALSE(table.hasStandby());
    EXPECT_FALSE(table.linkViews()[0].metered);
}

TEST_F(Links, TakeADefaultRouteInAnotherTableForARoute) {
    uplink(eth0, "eth0", "10.0.0.1");
    table.apply(link(eth1, "eth1"));
    table.apply(on(eth1, "10.0.1.1"));
    table.apply(route(eth1, "0.0.0.0/0", 100));
    EXPECT_EQ(towards("10.0.1.1", "10.9.0.1"), Usability::usable);
    table.apply(network::RouteGone{route(eth1, "0.0.0.0/0", 254)});
    EXPECT_EQ(towards("10.0.1.1", "10.9.0.1"), Usability::usable) << "another table's";
    table.apply(network::RouteGone{route(eth1, "0.0.0.0/0", 100)});
    EXPECT_EQ(of("10.0.1.1"), Usability::noRoute);
}

TEST_F(Links, TellThatARouteWentOnlyIfItWasTheLast) {
    uplink(eth0, "eth0", "10.0.0.1");
    auto second = route(eth0, "0.0.0.0/0");
    second.metric = 100;
    EXPECT_EQ(table.apply(second).effect, Effect::gain) << "it may be a better way";
    EXPECT_EQ(table.apply(second).effect, Effect::none) << "said twice";
    second.gateway = ip("10.0.0.254");
    EXPECT_EQ(table.apply(second).effect, Effect::gain) << "another gateway";
    EXPECT_EQ(table.apply(network::RouteGone{second}).effect, Effect::none);
    EXPECT_EQ(towards("10.0.0.1", "10.9.0.1"), Usability::usable);
    EXPECT_EQ(table.apply(network::RouteGone{route(eth0, "0.0.0.0/0")}).effect, Effect::loss);
}

TEST_F(Links, SupposeThatALinkWithVeryManyRoutesReachesAll) {
    table.apply(link(eth0, "eth0"));
    table.apply(on(eth0, "10.0.0.1"));
    for (int i = 0; i < 64; ++i)
        table.apply(route(eth0, "10.8." + std::to_string(i) + ".0/24"));
    EXPECT_EQ(towards("10.0.0.1", "10.9.0.1"), Usability::noRoute);
    table.apply(route(eth0, "10.8.64.0/24"));
    EXPECT_EQ(towards("10.0.0.1", "10.9.0.1"), Usability::usable) << "the kernel will tell";
    auto facts = link(eth0, "eth0");
    facts.up = facts.carrier = false;
    table.apply(facts);
    facts.up = facts.carrier = true;
    table.apply(facts);
    EXPECT_EQ(of("10.0.0.1"), Usability::noRoute) << "going down, it lost them all";
}

TEST_F(Links, ForgetThatALinkWasCrowdedWhenADumpTellsOfFewRoutes) {
    table.apply(link(eth0, "eth0"));
    table.apply(on(eth0, "10.0.0.1"));
    for (int i = 0; i < 65; ++i)
        table.apply(route(eth0, "10.8." + std::to_string(i) + ".0/24"));
    table.apply(network::DumpBegun{});
    table.apply(link(eth0, "eth0"));
    table.apply(on(eth0, "10.0.0.1"));
    table.apply(route(eth0, "10.8.1.0/24"));
    table.apply(network::DumpEnded{});
    EXPECT_EQ(towards("10.0.0.1", "10.8.1.1"), Usability::usable);
    EXPECT_EQ(towards("10.0.0.1", "10.8.2.1"), Usability::noRoute);
}

TEST_F(Links, IgnoreWhatBelongsToALinkThatIsNotKnown) {
    EXPECT_EQ(table.apply(route(eth0, "0.0.0.0/0")).effect, Effect::none);
    EXPECT_EQ(table.apply(network::RouteGone{route(eth0, "0.0.0.0/0")}).effect, Effect::none);
    EXPECT_EQ(table.apply(network::LinkGone{eth0}).effect, Effect::none);
    EXPECT_EQ(table.apply(network::AddressGone{eth0, ip("10.0.0.1")}).effect, Effect::none);
    table.apply(on(eth0, "10.0.0.1"));
    EXPECT_EQ(of("10.0.0.1"), Usability::gone) << "an address without its link";
    EXPECT_EQ(table.apply(link(eth0, "eth0")).effect, Effect::none);
    EXPECT_EQ(of("10.0.0.1"), Usability::noRoute);
}

TEST_F(Links, SweepWhatADumpDoesNotMention) {
    uplink(eth0, "eth0", "10.0.0.1");
    uplink(eth1, "eth1", "10.0.1.1");
    table.apply(on(eth0, "10.0.0.2"));
    table.apply(network::DumpBegun{});
    EXPECT_EQ(table.apply(link(eth0, "eth0")).effect, Effect::none);
    EXPECT_EQ(table.apply(on(eth0, "10.0.0.1")).effect, Effect::none);
    EXPECT_EQ(table.apply(route(eth0, "10.8.0.0/16")).effect, Effect::none);
    const auto ended = table.apply(network::DumpEnded{});
    EXPECT_EQ(ended.effect, Effect::gain) << "everything is to be looked at";
    EXPECT_EQ(ended.link, noLink);
    ASSERT_EQ(table.linkViews().size(), 1U);
    ASSERT_EQ(table.addressViews().size(), 1U);
    EXPECT_EQ(table.addressViews()[0].address, ip("10.0.0.1"));
    EXPECT_EQ(towards("10.0.0.1", "10.9.0.1"), Usability::noRoute) << "the default route is gone";
    EXPECT_EQ(towards("10.0.0.1", "10.8.0.1"), Usability::usable);
}

TEST_F(Links, TakeALinkAwayWithItsAddresses) {
    uplink(eth0, "eth0", "10.0.0.1");
    const auto kept = table.acquire(ip("10.0.0.1"), eth0);
    EXPECT_EQ(table.apply(network::LinkGone{eth0}).effect, Effect::loss);
    EXPECT_EQ(table.local(kept).usability, Usability::gone);
    EXPECT_TRUE(table.addressViews().empty());
    EXPECT_TRUE(table.report().empty());
    EXPECT_FALSE(table.isOwn(ip("10.0.0.1")));
}

TEST_F(Links, KeepTheSameAddressOnTwoLinksApart) {
    uplink(eth0, "eth0", "10.0.0.1");
    uplink(eth1, "eth1", "10.0.0.1");
    EXPECT_NE(ref("10.0.0.1", eth0), ref("10.0.0.1", eth1));
    EXPECT_EQ(local("10.0.0.1", eth0).hostId, local("10.0.0.1", eth1).hostId)
        << "the kernel's table knows addresses only";
    table.apply(network::AddressGone{eth0, ip("10.0.0.1")});
    EXPECT_TRUE(table.isOwn(ip("10.0.0.1")));
    EXPECT_EQ(local("10.0.0.1").link, eth1) << "of any link: the one that is there";
}

TEST_F(Links, PreferAnAddressThatIsThereToOneThatWas) {
    uplink(eth0, "eth0", "10.0.0.1");
    const auto former = table.acquire(ip("10.0.0.1"), eth0);
    table.apply(network::AddressGone{eth0, ip("10.0.0.1")});
    EXPECT_EQ(ref("10.0.0.1"), former) << "still referred to, and better than nothing";
    uplink(eth1, "eth1", "10.0.0.1");
    EXPECT_EQ(ref("10.0.0.1"), ref("10.0.0.1", eth1));
}

TEST_F(Links, TakeUpAnAddressThatAConnectionToldOfFirst) {
    const auto told = table.acquire(ip("10.0.0.1"), noLink);
    EXPECT_EQ(table.local(told).usability, Usability::gone);
    uplink(eth0, "eth0", "10.0.0.1");
    EXPECT_EQ(ref("10.0.0.1", eth0), told);
    EXPECT_EQ(table.local(told).usability, Usability::usable);
    uplink(eth1, "eth1", "10.0.0.1");
    EXPECT_NE(ref("10.0.0.1", eth1), told);
}

TEST_F(Links, GiveIdsThatStayWithTheAddressAndAreUsedAgainAfterIt) {
    uplink(eth0, "eth0", "10.0.0.1");
    uplink(eth1, "eth1", "10.0.1.1");
    EXPECT_EQ(local("10.0.0.1").hostId, AddressId{1});
    EXPECT_EQ(local("10.0.1.1").hostId, AddressId{2});
    const auto kept = table.acquire(ip("10.0.0.1"), eth0);
    table.apply(network::AddressGone{eth0, ip("10.0.0.1")});
    table.apply(on(eth1, "10.0.1.2"));
    EXPECT_EQ(local("10.0.1.2").hostId, AddressId{3}) << "id 1 is in use still";
    table.apply(on(eth0, "10.0.0.1"));
    EXPECT_EQ(local("10.0.0.1").hostId, AddressId{1});
    table.apply(network::AddressGone{eth0, ip("10.0.0.1")});
    table.release(kept);
    table.apply(on(eth1, "10.0.1.3"));
    EXPECT_EQ(local("10.0.1.3").hostId, AddressId{1});
}

TEST_F(Links, GiveNoIdToTheAddressAfterThe254th) {
    uplink(eth0, "eth0", "10.0.0.1");
    for (int i = 2; i <= 255; ++i)
        table.apply(on(eth0, "10.0.1." + std::to_string(i)));
    EXPECT_EQ(local("10.0.1.254").hostId, AddressId{254});
    EXPECT_EQ(local("10.0.1.255").hostId, AddressId{});
}

TEST_F(Links, ChangeTheSerialWheneverAnotherAttemptIsDeserved) {
    uplink(eth0, "eth0", "10.0.0.1");
    auto before = local("10.0.0.1").serial;
    const auto changed = [&] {
        return std::exchange(before, local("10.0.0.1").serial) != local("10.0.0.1").serial;
    };
    table.apply(link(eth0, "eth0"));
    EXPECT_FALSE(changed()) << "nothing new";
    table.apply(route(eth0, "10.8.0.0/16"));
    EXPECT_TRUE(changed()) << "a route";
    auto down = link(eth0, "eth0");
    down.carrier = false;
    table.apply(down);
    EXPECT_FALSE(changed()) << "going down";
    table.apply(link(eth0, "eth0"));
    EXPECT_TRUE(changed()) << "coming back";
    EXPECT_EQ(table.apply(network::RulesChanged{}).link, noLink);
    EXPECT_TRUE(changed()) << "rules";
    auto tentative = on(eth0, "10.0.0.1");
    tentative.tentative = true;
    table.apply(tentative);
    EXPECT_FALSE(changed()) << "being checked";
    table.apply(on(eth0, "10.0.0.1"));
    EXPECT_TRUE(changed()) << "found unique";
}

TEST_F(Links, ReportWhatTheyKnow) {
    uplink(eth0, "eth0", "10.0.0.1");
    auto temporary = on(eth0, "2001:db8::1");
    temporary.temporary = true;
    table.apply(temporary);
    const auto reports = table.report();
    ASSERT_EQ(reports.size(), 1U);
    const LinkReport expected{eth0,
                              "eth0",
                              LinkKind::ethernet,
                              Role::primary,
                              RoleSource::builtIn,
                              true,
                              false,
                              {{ip("10.0.0.1"), eth0, Usability::usable, false},
                               {ip("2001:db8::1"), eth0, Usability::noRoute, true}}};
    EXPECT_EQ(reports[0], expected);
}

} // namespace
} // namespace subflowd::core
