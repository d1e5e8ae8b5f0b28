// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"
#include "netlink/command_codec.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <array>

namespace subflowd::netlink {
namespace {

constexpr FamilyId family{28};
constexpr core::CommandId id{1};
constexpr Token token{0x959fecce};

std::string encoded(const core::Command& command) {
    alignas(4) std::array<std::byte, maxCommandBytes> buffer{};
    const auto length = encode(family, {id, command}, buffer);
    return test::hexOf(buffer.data(), length);
}

/// The captured request that carries this label.
std::string captured(const std::string& label) {
    for (const auto& request : test::loadCaptured("commands_6.18.json"))
        if (request.at("label") == label)
            return request.at("hex");
    ADD_FAILURE() << "no captured request is labelled " << label;
    return {};
}

IpAddress address(const char* text) {
    return parseAddress(text).value();
}

core::FourTuple tuple(const char* local, const char* remote) {
    core::FourTuple tuple;
    tuple.local = parseEndpoint(local).value();
    tuple.remote = parseEndpoint(remote).value();
    return tuple;
}

TEST(CommandCodec, CreateSubflowIsWhatTheKernelTook) {
    core::command::CreateSubflow create;
    create.token = token;
    create.local = address("10.9.2.1");
    create.localId = AddressId{2};
    create.remote = parseEndpoint("10.9.1.2:5001").value();
    EXPECT_EQ(encoded(create), captured("10.9.2.1 id 2 -> 10.9.1.2:5001"));
}

TEST(CommandCodec, CreateSubflowCarriesBackupLinkAndRemoteId) {
    core::command::CreateSubflow create;
    create.token = token;
    create.local = address("fd09:2::1");
    create.localId = AddressId{2};
    create.link = LinkIndex{3};
    create.remote = parseEndpoint("[fd09:2::2]:5001").value();
    create.remoteId = AddressId{7};
    create.priority = Priority::backup;
    EXPECT_EQ(encoded(create), captured("v6, backup, if_idx 3, remote id 7"));
}

TEST(CommandCodec, CreateSubflowCarriesTheLocalPortInHostOrder) {
    core::command::CreateSubflow create;
    create.localPort = 0x1389;
    const std::array<std::uint8_t, 8> port{6, 0, 5, 0, 0x89, 0x13, 0, 0};
    EXPECT_NE(encoded(create).find(
                  test::hexOf(reinterpret_cast<const std::byte*>(port.data()), port.size())),
              std::string::npos)
        << encoded(create);
}

TEST(CommandCodec, DestroySubflowIsWhatTheKernelTook) {
    const core::command::DestroySubflow destroy{token, tuple("10.9.2.1:43871", "10.9.1.2:5001")};
    EXPECT_EQ(encoded(destroy), captured("10.9.2.1:43871 -> 10.9.1.2:5001"));
}

TEST(CommandCodec, DestroySubflowKeepsTheMappedForm) {
    core::command::DestroySubflow destroy{token, tuple("10.9.2.1:43871", "10.9.1.2:5001")};
    destroy.tuple.form = core::AddressForm::mapped;
    const auto hex = encoded(destroy);
    EXPECT_NE(hex.find("060001000a000000"
                       "1400040000000000000000000000ffff0a090201"),
              std::string::npos)
        << hex;
    EXPECT_NE(hex.find("1400040000000000000000000000ffff0a090102"), std::string::npos) << hex;
}

TEST(CommandCodec, SetPriorityIsWhatTheKernelTook) {
    const core::command::SetPriority regular{token, tuple("10.9.2.1:43871", "10.9.1.2:5001"),
                                             Priority::regular};
    EXPECT_EQ(encoded(regular), captured("no backup on 10.9.2.1:43871 -> 10.9.1.2:5001"));
    const core::command::SetPriority backup{token, tuple("10.9.2.1:0", "10.9.1.2:0"),
                                            Priority::backup};
    EXPECT_EQ(encoded(backup), captured("backup on 10.9.2.1:* -> 10.9.1.2:*"));
}

TEST(CommandCodec, AnnounceIsWhatTheKernelTook) {
    const core::command::Announce plain{token, {address("10.9.2.2"), 0}, AddressId{7}, noLink};
    EXPECT_EQ(encoded(plain), captured("10.9.2.2 id 7"));
    const core::command::Announce port{token, {address("10.9.2.2"), 7000}, AddressId{8}, noLink};
    EXPECT_EQ(encoded(port), captured("10.9.2.2 id 8 port 7000"));
}

TEST(CommandCodec, RemoveAndAskIdsAreWhatTheKernelTook) {
    EXPECT_EQ(encoded(core::command::RemoveAddress{token, AddressId{7}}), captured("id 7"));
    EXPECT_EQ(encoded(core::command::AskIds{token}), captured("dump by token"));
}

TEST(CommandCodec, TheLargestCommandFitsAndASmallerBufferIsRefused) {
    core::command::CreateSubflow create;
    create.local = address("fd09:2::1");
    create.localId = AddressId{5};
    create.link = LinkIndex{3};
    create.localPort = 1;
    create.remote = parseEndpoint("[fd09:2::2]:5001").value();
    create.remoteId = AddressId{7};
    create.priority = Priority::backup;
    EXPECT_LE(encoded(create).size(), 2 * maxCommandBytes);
    alignas(4) std::array<std::byte, maxCommandBytes - 1> small{};
    EXPECT_EQ(encode(family, {id, create}, small), 0U);
}

TEST(CommandCodec, CommandsOfInetDiagAreNotOfThisFamily) {
    EXPECT_EQ(encoded(core::command::AskFacts{token}), "");
    EXPECT_EQ(encoded(core::command::ResetSubflow{}), "");
    EXPECT_EQ(encoded(core::command::CancelJoin{}), "");
}

} // namespace
} // namespace subflowd::netlink
