// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"
#include "netlink/command_codec.hpp"
#include "netlink/event_codec.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0};
} // namespace

// Not inlined: g++ would take malloc and delete, or new and free, for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size))
        return memory;
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace subflowd::netlink {
namespace {

TEST(Allocation, TheCounterCounts) {
    const auto before = allocations.load();
    const auto bytes = std::vector<std::byte>(100);
    EXPECT_EQ(allocations.load(), before + 1) << bytes.size();
}

TEST(Allocation, DecodingEventsAllocatesNothing) {
    std::vector<std::vector<std::byte>> messages;
    for (const auto& captured : test::loadCaptured("events_6.18.json"))
        messages.push_back(test::bytesOf(captured.at("hex").get<std::string>()));
    std::size_t decoded = 0;
    const auto before = allocations.load();
    for (const auto& message : messages)
        decoded += decode(message).event.has_value() ? 1U : 0U;
    EXPECT_EQ(allocations.load(), before);
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
    const auto before = allocations.load();
    for (const auto& command : commands)
        EXPECT_NE(encode(FamilyId{28}, {core::CommandId{1}, command}, buffer), 0U);
    EXPECT_EQ(allocations.load(), before);
}

} // namespace
} // namespace subflowd::netlink
