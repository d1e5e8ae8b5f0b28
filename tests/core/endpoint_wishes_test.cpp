// SPDX-License-Identifier: BSD-3-Clause
#include "core/endpoint_wishes.hpp"
#include "core/link_table.hpp"
#include "core/reasons.hpp"

#include <subflowd/address_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace subflowd::core {
namespace {

using testing::ElementsAre;

constexpr LinkIndex eth0{1};
constexpr LinkIndex eth1{2};

class EndpointWishes : public testing::Test {
  protected:
    void address(LinkIndex index, std::string_view text) {
        table.apply(network::Address{index, parseAddress(text).value(), 24, false, false, false});
    }

    void temporary(LinkIndex index, std::string_view text) {
        table.apply(network::Address{index, parseAddress(text).value(), 64, false, false, true});
    }

    void route(LinkIndex index, std::string_view prefix) {
        table.apply(network::Route{index, parsePrefix(prefix).value(), {}, 254, 0});
    }

    void link(LinkIndex index, std::string name) {
        table.apply(network::Link{index, std::move(name), LinkKind::ethernet, true, true, noLink});
    }

    void uplink(LinkIndex index, std::string name, std::string_view text) {
        link(index, std::move(name));
        address(index, text);
        route(index, "0.0.0.0/0");
        route(index, "::/0");
    }

    void twoUplinks() {
        uplink(eth0, "eth0", "10.0.0.1");
        uplink(eth1, "eth1", "10.0.1.1");
    }

    /// "want 10.0.0.1 subflow: link-carries", the link left out.
    std::vector<std::string> wishes(EndpointFlags flags = EndpointFlags::subflow) const {
        std::vector<std::string> texts;
        for (const auto& wish : endpointWishes(table, flags))
            texts.push_back(std::string{wish.stance == Stance::want   ? "want "
                                        : wish.stance == Stance::keep ? "keep "
                                                                      : "none "} +
                            toString(wish.address) + ' ' + toString(wish.flags) + ": " +
                            std::string{wish.reason->code});
        return texts;
    }

    LinkTable table;
};

TEST_F(EndpointWishes, areOneForEachAddressThatCanCarry) {
    twoUplinks();
    const EndpointWish first{IpAddress::v4(10, 0, 0, 1), eth0, Stance::want, EndpointFlags::subflow,
                             &reasons::linkCarries};
    const EndpointWish second{IpAddress::v4(10, 0, 1, 1), eth1, Stance::want,
                              EndpointFlags::subflow, &reasons::linkCarries};
    EXPECT_THAT(endpointWishes(table, EndpointFlags::subflow), ElementsAre(first, second));
    EXPECT_THAT(wishes(EndpointFlags::subflow | EndpointFlags::laminar),
                ElementsAre("want 10.0.0.1 subflow laminar: link-carries",
                            "want 10.0.1.1 subflow laminar: link-carries"));
}

TEST_F(EndpointWishes, tellWhyThereIsNone) {
    uplink(eth0, "eth0", "10.0.0.1");
    table.apply(network::Link{eth0, "eth0", LinkKind::ethernet, true, false, noLink});
    link(eth1, "eth1");
    address(eth1, "10.0.1.1");
    address(eth1, "fe80::1");
    EXPECT_THAT(wishes(), ElementsAre("none 10.0.0.1 : link-down", "none 10.0.1.1 : no-route",
                                      "none fe80::1 : address-scope"));
}

TEST_F(EndpointWishes, goByRoles) {
    twoUplinks();
    table.configure(std::vector<LinkRule>{{"eth1", Role::backup}});
    EXPECT_THAT(wishes(), ElementsAre("want 10.0.0.1 subflow: link-carries",
                                      "want 10.0.1.1 subflow backup: link-for-bad-times"));
    table.configure(std::vector<LinkRule>{{"eth0", Role::standby}});
    EXPECT_THAT(wishes(), ElementsAre("want 10.0.1.1 subflow: link-carries",
                                      "want 10.0.0.1 subflow backup: link-for-bad-times"));
    table.configure(std::vector<LinkRule>{{"eth0", std::nullopt, true}, {"eth1", Role::ignore}});
    EXPECT_THAT(wishes(), ElementsAre("want 10.0.0.1 subflow backup: link-for-bad-times",
                                      "none 10.0.1.1 : link-ignored"));
}

TEST_F(EndpointWishes, needADefaultRouteOrARole) {
    twoUplinks();
    link(LinkIndex{3}, "br0");
    address(LinkIndex{3}, "172.17.0.1");
    route(LinkIndex{3}, "172.17.0.0/16");
    EXPECT_EQ(wishes().back(), "none 172.17.0.1 : no-default-route");
    table.configure(std::vector<LinkRule>{{"br0", Role::primary}});
    EXPECT_EQ(wishes().back(), "want 172.17.0.1 subflow: link-carries");
}

TEST_F(EndpointWishes, stayOutOfVrfs) {
    twoUplinks();
    table.apply(network::Link{LinkIndex{9}, "blue", LinkKind::vrf, true, true, noLink});
    table.apply(network::Link{eth1, "eth1", LinkKind::ethernet, true, true, LinkIndex{9}});
    EXPECT_THAT(wishes(),
                ElementsAre("want 10.0.0.1 subflow: link-carries", "none 10.0.1.1 : link-in-vrf"));
}

TEST_F(EndpointWishes, areOrderedByWorth) {
    uplink(eth0, "eth0", "10.0.0.1");
    address(eth0, "10.0.0.2");
    address(eth0, "2001:db8::1");
    uplink(eth1, "eth1", "10.0.1.1");
    EXPECT_THAT(wishes(), ElementsAre("want 10.0.0.1 subflow: link-carries",
                                      "want 2001:db8::1 subflow: link-carries",
                                      "want 10.0.1.1 subflow: link-carries",
                                      "want 10.0.0.2 subflow: link-carries"));
}

TEST_F(EndpointWishes, keepWhatGoesOnAndBeginNothingNew) {
    twoUplinks();
    table.apply(network::Address{eth0, IpAddress::v4(10, 0, 0, 1), 24, false, true, false});
    LinkNote note;
    note.link = "eth1";
    note.leaving = true;
    table.annotate({{note}});
    EXPECT_THAT(wishes(), ElementsAre("keep 10.0.0.1 subflow: address-deprecated",
                                      "keep 10.0.1.1 subflow backup: link-leaves"));
}

TEST_F(EndpointWishes, preferWhatTheKernelPrefers) {
    uplink(eth0, "eth0", "fd00::1");
    EXPECT_THAT(wishes(), ElementsAre("want fd00::1 subflow: link-carries"));
    address(eth0, "2001:db8::1");
    EXPECT_THAT(wishes(), ElementsAre("want 2001:db8::1 subflow: link-carries",
                                      "keep fd00::1 subflow: better-address"));
    temporary(eth0, "2001:db8::2");
    EXPECT_THAT(wishes(), ElementsAre("want 2001:db8::2 subflow: link-carries",
                                      "keep fd00::1 subflow: better-address",
                                      "keep 2001:db8::1 subflow: better-address"));
}

TEST_F(EndpointWishes, haveAnAddressOnce) {
    uplink(eth0, "eth0", "10.0.0.1");
    uplink(eth1, "eth1", "10.0.0.1");
    table.configure(std::vector<LinkRule>{{"eth0", Role::ignore}});
    const auto both = endpointWishes(table, EndpointFlags::subflow);
    ASSERT_EQ(both.size(), 1U);
    EXPECT_EQ(both[0].link, eth1);
}

TEST_F(EndpointWishes, areBackupWhereAnOperatorDrains) {
    twoUplinks();
    table.orderDrain("eth1", request::Draining::begins);
    EXPECT_THAT(wishes(), ElementsAre("want 10.0.0.1 subflow: link-carries",
                                      "keep 10.0.1.1 subflow backup: link-drained"));
    table.orderDrain("eth1", request::Draining::ends);
    EXPECT_THAT(wishes(), ElementsAre("want 10.0.0.1 subflow: link-carries",
                                      "want 10.0.1.1 subflow: link-carries"));
}

TEST_F(EndpointWishes, endWithADrainedLink) {
    twoUplinks();
    table.orderDrain("eth1", request::Draining::begins);
    table.apply(network::Link{eth1, "eth1", LinkKind::ethernet, false, false, noLink});
    EXPECT_THAT(wishes(),
                ElementsAre("want 10.0.0.1 subflow: link-carries", "none 10.0.1.1 : link-down"));
}

} // namespace
} // namespace subflowd::core
