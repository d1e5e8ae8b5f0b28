// SPDX-License-Identifier: BSD-3-Clause
#include "host/endpoint_memory.hpp"
#include "temporary_directory.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace subflowd::host {
namespace {

using core::EndpointFlags;
using core::KernelEndpoint;

const KernelEndpoint first{
    {IpAddress::v4(10, 0, 0, 1), 0}, AddressId{3}, EndpointFlags::subflow, LinkIndex{2}};
const KernelEndpoint second{{parseAddress("2001:db8::1").value(), 0},
                            AddressId{255},
                            EndpointFlags::signal | EndpointFlags::backup,
                            LinkIndex{4000000000}};

TEST(EndpointMemory, KeepsWhatItWasTold) {
    const TemporaryDirectory directory;
    const EndpointMemory memory{directory / "endpoints"};
    EXPECT_EQ(memory.recall(), std::vector<KernelEndpoint>{});
    EXPECT_EQ(memory.remember(std::vector{first, second}), 0);
    EXPECT_EQ(read(directory / "endpoints"), "10.0.0.1 3 2 2\n2001:db8::1 255 4000000000 5\n");
    EXPECT_EQ(memory.recall(), (std::vector{first, second}));
    EXPECT_EQ(memory.remember(std::vector{second}), 0);
    EXPECT_EQ(memory.recall(), std::vector{second});
}

TEST(EndpointMemory, LeavesNoFileBehindWhenThereIsNothingToKeep) {
    const TemporaryDirectory directory;
    const EndpointMemory memory{directory / "endpoints"};
    EXPECT_EQ(memory.remember({}), 0);
    EXPECT_EQ(memory.remember(std::vector{first}), 0);
    EXPECT_EQ(memory.remember({}), 0);
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(EndpointMemory, SkipsWhatIsNoEndpoint) {
    const TemporaryDirectory directory;
    write(directory / "endpoints", "nonsense\n10.0.0.1 3 2\n10.0.0.1 256 2 2\n\n10.0.0.1 3 2 2\n"
                                   "10.0.0.300 3 2 2\n");
    EXPECT_EQ(EndpointMemory{directory / "endpoints"}.recall(), std::vector{first});
}

TEST(EndpointMemory, SaysWhyItCannotWrite) {
    const TemporaryDirectory directory;
    EXPECT_EQ(EndpointMemory{directory / "missing/endpoints"}.remember(std::vector{first}), ENOENT);
}

TEST(LimitMemory, KeepsWhatItWasTold) {
    const TemporaryDirectory directory;
    const LimitMemory memory{directory / "limits"};
    EXPECT_EQ(memory.recall(), std::nullopt);
    const RaisedLimits raised{{2, 0}, {7, 8}};
    EXPECT_EQ(memory.remember(raised), 0);
    EXPECT_EQ(read(directory / "limits"), "2 0 7 8\n");
    EXPECT_EQ(memory.recall(), raised);
    EXPECT_EQ(memory.remember(std::nullopt), 0);
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(LimitMemory, TakesNothingFromAFileThatIsCutOff) {
    const TemporaryDirectory directory;
    write(directory / "limits", "2 0 7\n");
    EXPECT_EQ(LimitMemory{directory / "limits"}.recall(), std::nullopt);
}

} // namespace
} // namespace subflowd::host
