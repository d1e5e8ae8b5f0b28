// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"
#include "netlink/command_codec.hpp"
#include "netlink/event_codec.hpp"
#include "support/allocations.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <array>

namespace subflowd::netlink {
namespace {

using subflowd::test::allocations;

TEST(Allocation, TheCounterCounts) {
    const auto before = allocations();
    const auto bytes = std::vector<std::byte>(100);
    EXPECT_EQ(allocations(), before + 1) << bytes.size();
}

TEST(Allocation, DecodingEventsAllocatesNothing) {
    std::vector<std::vector<std::byte>> messages;
    for (const auto& captured : test::loadCaptured("events_6.18.json"))
        messages.push_back(test::bytesOf(captured.at("hex").get<std::string>()));
    std::size_t decoded = 0;
    const auto before = allocations();
    for (const auto& message : messages)
        decoded += decode(message).event.has_value() ? 1U : 0U;
    EXPECT_EQ(allocations(), before);
    EXPECT_EQ(decoded, messages.size());
}

TEST(Allocation, EncodingCommandsAllocatesNothing) {
    const core::FourTuple tuple{parseEndpoint("10.0.0.1:1").value(),
                                parseEndpoint("10.0.0.2:2").value(), core::AddressForm::mapped};
    core::command::CreateSubflow create;
    create.remote = tuple.remote;
    const std::array<core::Command, 6> commands{
        create,
        core::command::DestroySubflow{Token{1}, tuple},
        core::command::SetPriority{Token{1}, tuple, Priority::backup},
        core::command::Announce{Token{1}, tuple.local, AddressId{1}, LinkIndex{1}},
        core::command::RemoveAddress{Token{1}, AddressId{1}},
        core::command::AskIds{Token{1}}};
    alignas(4) std::array<std::byte, maxCommandBytes> buffer{};
    const auto before = allocations();
    for (const auto& command : commands)
        EXPECT_NE(encode(FamilyId{28}, {core::CommandId{1}, command}, buffer), 0U);
    EXPECT_EQ(allocations(), before);
}

} // namespace
} // namespace subflowd::netlink
