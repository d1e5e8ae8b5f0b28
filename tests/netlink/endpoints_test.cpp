// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/control.hpp"
#include "netlink/endpoints.hpp"
#include "support/new_namespace.hpp"

#include <subflowd/address_text.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <vector>

/// On the kernel of this machine.
namespace subflowd::netlink {
namespace {

using core::EndpointFlags;
using core::KernelEndpoint;
using core::KernelLimits;
using test::inNewNamespace;
using test::run;

Endpoint at(std::string_view text) {
    return parseEndpoint(text).value();
}

LinkIndex lo() {
    return LinkIndex{::if_nametoindex("lo")};
}

TEST(KernelEndpoints, areListedWithTheirFlags) {
    inNewNamespace([] {
        const auto family = resolveKernel().family;
        EXPECT_EQ(kernelEndpoints(family), std::vector<KernelEndpoint>{});
        run("ip mptcp endpoint add 10.1.1.1 dev lo subflow backup id 3");
        run("ip mptcp endpoint add ::1 port 4433 signal id 4");
        const std::vector<KernelEndpoint> expected{
            {at("10.1.1.1:0"), AddressId{3}, EndpointFlags::subflow | EndpointFlags::backup, lo()},
            {at("[::1]:4433"), AddressId{4}, EndpointFlags::signal, noLink}};
        EXPECT_EQ(kernelEndpoints(family), expected);
        const std::vector<SignalEndpoint> announced{{at("[::1]:4433"), noLink}};
        EXPECT_EQ(signalEndpoints(family), announced);
    });
}

TEST(KernelEndpoints, areAddedChangedAndRemoved) {
    inNewNamespace([] {
        const auto family = resolveKernel().family;
        const KernelEndpoint first{at("10.1.1.1:0"), {}, EndpointFlags::subflow, lo()};
        const KernelEndpoint second{at("[2001:db8::1]:0"), AddressId{9}, EndpointFlags::signal,
                                    noLink};
        EXPECT_EQ(addEndpoint(family, first), Answer{});
        EXPECT_EQ(addEndpoint(family, second), Answer{});
        auto expected = std::vector{first, second};
        expected[0].id = AddressId{1};
        EXPECT_EQ(kernelEndpoints(family), expected);
        expected[0].flags = EndpointFlags::subflow | EndpointFlags::backup;
        EXPECT_EQ(setEndpointFlags(family, AddressId{1}, expected[0].flags), Answer{});
        EXPECT_EQ(kernelEndpoints(family), expected);
        EXPECT_EQ(removeEndpoint(family, AddressId{9}), Answer{});
        expected.pop_back();
        EXPECT_EQ(kernelEndpoints(family), expected);
    });
}

TEST(KernelEndpoints, areRefusedWithTheKernelsWords) {
    inNewNamespace([] {
        const auto family = resolveKernel().family;
        const KernelEndpoint one{at("10.1.1.1:0"), {}, EndpointFlags::subflow, noLink};
        EXPECT_EQ(addEndpoint(family, one), Answer{});
        const auto twice = addEndpoint(family, one);
        EXPECT_EQ(twice.error, EEXIST);
        EXPECT_THAT(toString(twice), testing::StartsWith("File exists: "));
        EXPECT_NE(twice.text, "");
        EXPECT_EQ(removeEndpoint(family, AddressId{7}).error, EINVAL);
    });
}

TEST(KernelEndpoints, haveLimits) {
    inNewNamespace([] {
        const auto family = resolveKernel().family;
        run("ip mptcp limits set subflows 5 add_addr_accepted 3");
        EXPECT_EQ(kernelLimits(family), (KernelLimits{5, 3}));
        EXPECT_EQ(setKernelLimits(family, {6, 4}), Answer{});
        EXPECT_EQ(kernelLimits(family), (KernelLimits{6, 4}));
        const auto refused = setKernelLimits(family, {1000, 4});
        EXPECT_EQ(refused.error, EINVAL);
        EXPECT_NE(refused.text, "");
        EXPECT_EQ(kernelLimits(family), (KernelLimits{6, 4}));
    });
}

TEST(KernelEndpoints, areNotToBeHadOfAnotherFamily) {
    inNewNamespace([] {
        EXPECT_THROW((void)kernelEndpoints(FamilyId{4095}), std::runtime_error);
        EXPECT_THROW((void)kernelLimits(FamilyId{4095}), std::runtime_error);
    });
}

} // namespace
} // namespace subflowd::netlink
