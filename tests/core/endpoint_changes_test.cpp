// SPDX-License-Identifier: BSD-3-Clause
#include "core/endpoint_changes.hpp"
#include "core/reasons.hpp"

#include <subflowd/address_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace subflowd::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr LinkIndex eth0{2};
constexpr LinkIndex eth1{3};
constexpr auto subflow = EndpointFlags::subflow;
constexpr auto backup = EndpointFlags::subflow | EndpointFlags::backup;

IpAddress ip(std::string_view text) {
    return parseAddress(text).value();
}

KernelEndpoint endpoint(std::string_view address, std::uint8_t id, LinkIndex link,
                        EndpointFlags flags = subflow) {
    return {{ip(address), 0}, AddressId{id}, flags, link};
}

EndpointWish want(std::string_view address, LinkIndex link, EndpointFlags flags = subflow) {
    return {ip(address), link, Stance::want, flags, &reasons::linkCarries};
}

EndpointWish keep(std::string_view address, LinkIndex link, EndpointFlags flags = subflow) {
    return {ip(address), link, Stance::keep, flags, &reasons::addressDeprecated};
}

EndpointWish none(std::string_view address, LinkIndex link) {
    return {ip(address), link, Stance::none, EndpointFlags::none, &reasons::linkIsDown};
}

using Wishes = std::vector<EndpointWish>;
using Endpoints = std::vector<KernelEndpoint>;

/// "add 10.0.0.1 subflow on 2: link-carries", "remove 10.0.0.1 id 1: link-down".
std::vector<std::string> changes(const Wishes& wishes, const Endpoints& existing,
                                 const Endpoints& ours, const Wishes& settled = {}) {
    std::vector<std::string> texts;
    for (const auto& [kind, one, reason] : endpointChanges(wishes, settled, existing, ours)) {
        const auto address = toString(one.endpoint.address);
        const auto id = " id " + std::to_string(static_cast<unsigned>(one.id));
        const auto link = " on " + std::to_string(static_cast<unsigned>(one.link));
        const std::string why = ": " + std::string{reason->code};
        using Kind = EndpointChange::Kind;
        if (kind == Kind::remove)
            texts.push_back("remove " + address + id + why);
        else if (kind == Kind::setFlags)
            texts.push_back("set " + address + id + ' ' + toString(one.flags) + why);
        else
            texts.push_back("add " + address + ' ' + toString(one.flags) + link + why);
    }
    return texts;
}

TEST(EndpointChanges, makeWhatIsWantedAndNotThere) {
    EXPECT_THAT(changes({want("10.0.0.1", eth0), want("10.0.1.1", eth1, backup),
                         keep("10.0.2.1", eth1), none("10.0.3.1", eth1)},
                        {}, {}),
                ElementsAre("add 10.0.0.1 subflow on 2: link-carries",
                            "add 10.0.1.1 subflow backup on 3: link-carries"));
}

TEST(EndpointChanges, areNoneWhereAllIsAsItShouldBe) {
    const Endpoints all{endpoint("10.0.0.1", 1, eth0), endpoint("10.0.1.1", 2, eth1)};
    EXPECT_THAT(changes({want("10.0.0.1", eth0), keep("10.0.1.1", eth1)}, all, all), IsEmpty());
}

TEST(EndpointChanges, setFlagsThenAddThenRemove) {
    const Endpoints all{endpoint("10.0.0.1", 1, eth0), endpoint("10.0.1.1", 2, eth1),
                        endpoint("10.0.2.1", 3, eth1)};
    EXPECT_THAT(
        changes({none("10.0.0.1", eth0), want("10.0.3.1", eth0), want("10.0.1.1", eth1, backup)},
                all, all),
        ElementsAre("set 10.0.1.1 id 2 subflow backup: link-carries",
                    "add 10.0.3.1 subflow on 2: link-carries", "remove 10.0.0.1 id 1: link-down",
                    "remove 10.0.2.1 id 3: address-gone"));
}

TEST(EndpointChanges, replaceWhatFlagsOrLinkOfCannotBeChanged) {
    const Endpoints all{endpoint("10.0.0.1", 1, eth0), endpoint("10.0.1.1", 2, eth0)};
    EXPECT_THAT(
        changes({want("10.0.0.1", eth0, EndpointFlags::signal), want("10.0.1.1", eth1)}, all, all),
        ElementsAre("remove 10.0.0.1 id 1: link-carries", "add 10.0.0.1 signal on 2: link-carries",
                    "remove 10.0.1.1 id 2: link-carries",
                    "add 10.0.1.1 subflow on 3: link-carries"));
    EXPECT_THAT(
        changes({keep("10.0.0.1", eth0, EndpointFlags::signal), keep("10.0.1.1", eth1)}, all, all),
        ElementsAre("remove 10.0.1.1 id 2: address-deprecated"));
}

TEST(EndpointChanges, leaveWhatOthersMade) {
    const Endpoints foreign{endpoint("10.0.0.1", 1, eth0, backup), endpoint("10.0.1.1", 2, noLink)};
    EXPECT_THAT(changes({want("10.0.0.1", eth0), none("10.0.1.1", eth1)}, foreign, {}), IsEmpty());
    EXPECT_EQ(*foreignFor(want("10.0.0.1", eth0), foreign, {}), foreign[0]);
    // made anew by somebody else, after the daemon's own was removed
    const Endpoints once{endpoint("10.0.0.1", 5, eth0)};
    EXPECT_THAT(changes({want("10.0.0.1", eth0)}, foreign, once), IsEmpty());
}

TEST(EndpointChanges, takeNoNoticeOfPortsAndOfTheKernelsOwn) {
    auto withPort = endpoint("10.0.0.1", 1, noLink, EndpointFlags::signal);
    withPort.endpoint.port = 8443;
    const Endpoints others{withPort, endpoint("10.0.1.1", 2, noLink, EndpointFlags::implicit)};
    EXPECT_THAT(changes({want("10.0.0.1", eth0), want("10.0.1.1", eth1)}, others, {}),
                ElementsAre("add 10.0.0.1 subflow on 2: link-carries",
                            "add 10.0.1.1 subflow on 3: link-carries"));
}

TEST(EndpointChanges, doNotFightForASettledWish) {
    const Wishes wishes{want("10.0.0.1", eth0), want("10.0.1.1", eth1)};
    const Endpoints ours{endpoint("10.0.0.1", 1, eth0), endpoint("10.0.1.1", 2, eth1)};
    const Endpoints tampered{endpoint("10.0.1.1", 2, eth1, backup)};
    EXPECT_THAT(changes(wishes, tampered, ours, wishes), IsEmpty());
    EXPECT_THAT(changes(wishes, tampered, ours),
                ElementsAre("set 10.0.1.1 id 2 subflow: link-carries",
                            "add 10.0.0.1 subflow on 2: link-carries"));
    EXPECT_THAT(changes({none("10.0.0.1", eth0), none("10.0.1.1", eth1)}, tampered, ours, wishes),
                ElementsAre("remove 10.0.1.1 id 2: link-down"));
}

TEST(EndpointChanges, doNotRepeatAFlagThatTheKernelLeavesOut) {
    const auto laminar = EndpointFlags::subflow | EndpointFlags::laminar;
    EXPECT_THAT(changes({want("10.0.0.1", eth0, laminar)}, {endpoint("10.0.0.1", 1, eth0)},
                        {endpoint("10.0.0.1", 1, eth0, laminar)}),
                IsEmpty());
}

TEST(StillOurs, knowsItsOwnByAddressLinkAndId) {
    const Endpoints existing{endpoint("10.0.0.1", 1, eth0), endpoint("10.0.1.1", 2, eth1),
                             endpoint("10.0.2.1", 3, eth1)};
    EXPECT_THAT(stillOurs(Endpoints{endpoint("10.0.0.1", 1, eth1), endpoint("10.0.1.1", 7, eth1),
                                    endpoint("10.0.2.1", 3, eth1, backup)},
                          existing),
                ElementsAre(endpoint("10.0.2.1", 3, eth1, backup)));
}

TEST(StillOurs, findsTheIdOfWhatWasJustMade) {
    EXPECT_THAT(stillOurs(Endpoints{endpoint("10.0.0.1", 0, eth0)},
                          Endpoints{endpoint("10.0.0.1", 4, eth0)}),
                ElementsAre(endpoint("10.0.0.1", 4, eth0)));
}

} // namespace
} // namespace subflowd::core
