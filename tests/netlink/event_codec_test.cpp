// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"
#include "netlink/event_codec.hpp"
#include "netlink/message_builder.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace subflowd::netlink {
namespace {

using nlohmann::json;
using test::MessageBuilder;
namespace attribute = uapi::event_attribute;

IpAddress addressOf(const json& attributes, const std::string& stem) {
    const auto name = attributes.contains(stem + "6") ? stem + "6" : stem + "4";
    return parseAddress(attributes.at(name).get<std::string>()).value();
}

Endpoint endpointOf(const json& attributes, const std::string& end) {
    return {addressOf(attributes, end + "ADDR"), attributes.at(end + "PORT").get<std::uint16_t>()};
}

core::FourTuple tupleOf(const json& attributes) {
    core::FourTuple tuple;
    tuple.local = endpointOf(attributes, "S");
    tuple.remote = endpointOf(attributes, "D");
    return tuple;
}

core::AddressForm formOf(const json& attributes) {
    const auto source = attributes.value("SADDR6", std::string{});
    return source.rfind("::ffff:", 0) == 0 ? core::AddressForm::mapped : core::AddressForm::plain;
}

Token tokenOf(const json& attributes) {
    return Token{attributes.at("TOKEN").get<std::uint32_t>()};
}

AddressId idOf(const json& attributes, const std::string& name) {
    return AddressId{attributes.at(name).get<std::uint8_t>()};
}

template <class Event>
Event connectionOf(const json& captured) {
    const auto& attributes = captured.at("attrs");
    Event event;
    event.token = tokenOf(attributes);
    event.side = captured.at("side") == "server" ? Side::server : Side::client;
    event.joinInitial =
        (attributes.value("FLAGS", 0) & 1) != 0 ? JoinInitial::denied : JoinInitial::allowed;
    event.initial = tupleOf(attributes);
    return event;
}

template <class Event>
Event subflowOf(const json& captured) {
    const auto& attributes = captured.at("attrs");
    Event event;
    event.token = tokenOf(attributes);
    event.tuple = tupleOf(attributes);
    event.localId = idOf(attributes, "LOC_ID");
    event.remoteId = idOf(attributes, "REM_ID");
    event.peerPriority = attributes.at("BACKUP") == 1 ? Priority::backup : Priority::regular;
    event.boundTo = LinkIndex{attributes.value("IF_IDX", 0U)};
    return event;
}

core::event::SubflowClosed closedOf(const json& captured) {
    const auto& attributes = captured.at("attrs");
    auto event = subflowOf<core::event::SubflowClosed>(captured);
    event.error = attributes.value("ERROR", std::uint8_t{0});
    if (attributes.contains("RESET_REASON"))
        event.resetReason = attributes.at("RESET_REASON").get<std::uint8_t>();
    event.resetTransient = attributes.value("RESET_FLAGS", 0) == 1;
    return event;
}

core::event::Listener listenerOf(const json& captured, core::event::Listener::Change change) {
    return {change, endpointOf(captured.at("attrs"), "S")};
}

/// The event as the capture's own decoding has it.
core::KernelEvent expectedOf(const json& captured) {
    using Change = core::event::Listener::Change;
    const auto& attributes = captured.at("attrs");
    const auto name = captured.at("event").get<std::string>();
    if (name == "CREATED")
        return connectionOf<core::event::Created>(captured);
    if (name == "ESTABLISHED")
        return connectionOf<core::event::Established>(captured);
    if (name == "CLOSED")
        return core::event::Closed{tokenOf(attributes)};
    if (name == "ANNOUNCED")
        return core::event::Announced{tokenOf(attributes), idOf(attributes, "REM_ID"),
                                      endpointOf(attributes, "D")};
    if (name == "REMOVED")
        return core::event::Removed{tokenOf(attributes), idOf(attributes, "REM_ID")};
    if (name == "SUB_ESTABLISHED")
        return subflowOf<core::event::SubflowEstablished>(captured);
    if (name == "SUB_CLOSED")
        return closedOf(captured);
    if (name == "SUB_PRIORITY")
        return subflowOf<core::event::SubflowPriority>(captured);
    return listenerOf(captured, name == "LISTENER_CREATED" ? Change::opened : Change::closed);
}

/// FourTuple's == leaves the form out.
core::AddressForm formOf(const core::KernelEvent& event) {
    return std::visit(
        [](const auto& value) {
            if constexpr (requires { value.tuple; })
                return value.tuple.form;
            else if constexpr (requires { value.initial; })
                return value.initial.form;
            else
                return core::AddressForm::plain;
        },
        event);
}

bool hasTuple(const json& captured) {
    return captured.at("attrs").contains("SPORT") && captured.at("attrs").contains("DPORT");
}

TEST(EventCodec, DecodesEveryCapturedEventAsTheKernelMeantIt) {
    const auto all = test::loadCaptured("events_6.18.json");
    ASSERT_EQ(all.size(), 193U);
    for (const auto& captured : all) {
        SCOPED_TRACE(captured.dump());
        const auto decoded = decode(test::bytesOf(captured.at("hex").get<std::string>()));
        ASSERT_TRUE(decoded.event.has_value());
        EXPECT_EQ(decoded.problem, DecodeProblem::none);
        EXPECT_TRUE(*decoded.event == expectedOf(captured));
        if (hasTuple(captured)) {
            EXPECT_EQ(formOf(*decoded.event), formOf(captured.at("attrs")));
        }
    }
}

// The copy has no byte to spare: AddressSanitizer sees any read beyond it.
TEST(EventCodec, CutAtAnyByteIsMalformedAndReadsNothingBeyond) {
    for (const auto& captured : test::loadCaptured("events_6.18.json")) {
        const auto whole = test::bytesOf(captured.at("hex").get<std::string>());
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto cut = std::make_unique<std::byte[]>(length);
            std::copy_n(whole.begin(), length, cut.get());
            const auto decoded = decode({cut.get(), length});
            EXPECT_EQ(decoded.problem, DecodeProblem::malformed) << "cut at byte " << length;
            EXPECT_FALSE(decoded.event.has_value());
        }
    }
}

TEST(EventCodec, LengthsThatLieAreMalformedOrIncomplete) {
    for (const auto& captured : test::loadCaptured("events_6.18.json")) {
        const auto whole = test::bytesOf(captured.at("hex").get<std::string>());
        for (std::size_t length = 0; length + 4 <= whole.size(); length += 4) {
            std::vector<std::byte> shortened(whole.begin(),
                                             whole.begin() + static_cast<std::ptrdiff_t>(length));
            if (length >= 4)
                shortened[0] = std::byte{static_cast<std::uint8_t>(length)};
            if (length >= 4)
                shortened[1] = std::byte{0};
            const auto decoded = decode(shortened);
            EXPECT_EQ(decoded.event.has_value(), decoded.problem == DecodeProblem::none);
        }
    }
}

MessageBuilder created() {
    return MessageBuilder(uapi::event::created)
        .add(attribute::token, std::uint32_t{7})
        .add(attribute::family, std::uint16_t{2})
        .add(attribute::source4, std::array<std::uint8_t, 4>{10, 0, 0, 1})
        .add(attribute::destination4, std::array<std::uint8_t, 4>{10, 0, 0, 2})
        .add(attribute::sourcePort, std::uint16_t{0x0100})
        .add(attribute::destinationPort, std::uint16_t{0x0200});
}

core::event::Created decodedCreated(const MessageBuilder& message) {
    const auto decoded = decode(message.bytes());
    EXPECT_TRUE(decoded.event.has_value());
    return decoded.event ? std::get<core::event::Created>(*decoded.event) : core::event::Created{};
}

TEST(EventCodec, JoiningTheInitialAddressIsAllowedWhenTheKernelKnowsTheFlagsAndSetsNone) {
    EXPECT_EQ(decodedCreated(created()).joinInitial, JoinInitial::allowed);
}

TEST(EventCodec, JoiningTheInitialAddressIsUnknownWhenTheKernelMayNotKnowTheFlags) {
    const auto before618 = created().add(attribute::serverSide, std::uint8_t{0});
    EXPECT_EQ(decodedCreated(before618).joinInitial, JoinInitial::unknown);
    EXPECT_EQ(decodedCreated(before618).side, Side::client);
}

TEST(EventCodec, TheCFlagDeniesJoiningTheInitialAddressOnEitherSide) {
    EXPECT_EQ(decodedCreated(created().add(attribute::flags, std::uint16_t{1})).joinInitial,
              JoinInitial::denied);
    const auto server = decodedCreated(created().add(attribute::flags, std::uint16_t{3}));
    EXPECT_EQ(server.joinInitial, JoinInitial::denied);
    EXPECT_EQ(server.side, Side::server);
}

TEST(EventCodec, ServerSideOfOldKernelsIsUnderstood) {
    const auto server = decodedCreated(created().add(attribute::serverSide, std::uint8_t{1}));
    EXPECT_EQ(server.side, Side::server);
    EXPECT_EQ(server.joinInitial, JoinInitial::allowed);
}

TEST(EventCodec, IgnoresUnknownAttributesAndToleratesLongOnes) {
    auto message = MessageBuilder(uapi::event::closed)
                       .add(std::uint16_t{999}, std::uint64_t{1})
                       .add(attribute::token, std::uint64_t{42});
    const auto decoded = decode(message.bytes());
    ASSERT_TRUE(decoded.event.has_value());
    EXPECT_EQ(std::get<core::event::Closed>(*decoded.event).token, Token{42});
}

TEST(EventCodec, NamesWhatIsWrong) {
    const auto problemOf = [](const MessageBuilder& message) {
        return decode(message.bytes()).problem;
    };
    EXPECT_EQ(problemOf(MessageBuilder(uapi::event::closed)), DecodeProblem::missingAttribute);
    EXPECT_EQ(
        problemOf(MessageBuilder(uapi::event::closed).add(attribute::token, std::uint16_t{1})),
        DecodeProblem::malformed);
    EXPECT_EQ(problemOf(MessageBuilder(200)), DecodeProblem::unknownEvent);
    EXPECT_EQ(problemOf(MessageBuilder(uapi::event::closed).type(NLMSG_DONE)),
              DecodeProblem::notAnEvent);
}

TEST(EventCodec, AnUnboundSocketHasNoLinkAndALongResetReasonIsCut) {
    const auto closed = MessageBuilder(uapi::event::subflowClosed)
                            .add(attribute::token, std::uint32_t{7})
                            .add(attribute::source4, std::array<std::uint8_t, 4>{10, 0, 0, 1})
                            .add(attribute::destination4, std::array<std::uint8_t, 4>{10, 0, 0, 2})
                            .add(attribute::sourcePort, std::uint16_t{1})
                            .add(attribute::destinationPort, std::uint16_t{2})
                            .add(attribute::localId, std::uint8_t{1})
                            .add(attribute::remoteId, std::uint8_t{2})
                            .add(attribute::interfaceIndex, std::int32_t{-5})
                            .add(attribute::resetReason, std::uint32_t{70'000})
                            .add(attribute::resetFlags, std::uint32_t{1});
    const auto decoded = decode(closed.bytes());
    ASSERT_TRUE(decoded.event.has_value());
    const auto& event = std::get<core::event::SubflowClosed>(*decoded.event);
    EXPECT_EQ(event.boundTo, noLink);
    EXPECT_EQ(event.resetReason, 255);
    EXPECT_TRUE(event.resetTransient);
}

} // namespace
} // namespace subflowd::netlink
