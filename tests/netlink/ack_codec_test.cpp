// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/ack_codec.hpp"
#include "netlink/captured.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace subflowd::netlink {
namespace {

/// The captured answers to a request, in one piece.
std::vector<std::byte> replyTo(const std::string& request) {
    const auto captured = test::loadCaptured("replies_6.18.json");
    std::string hex;
    for (const auto& part : captured.at(request).at("responses"))
        hex += part.get<std::string>();
    return test::bytesOf(hex);
}

std::vector<core::CommandFinished> endsIn(Bytes datagram) {
    std::vector<core::CommandFinished> ends;
    forEachMessage(datagram, [&ends](const Message& message) {
        if (const auto ack = decodeAck(message))
            ends.push_back(finished(*ack));
    });
    return ends;
}

std::vector<core::KnownId> idsIn(Bytes datagram) {
    std::vector<core::KnownId> ids;
    forEachMessage(datagram, [&ids](const Message& message) {
        if (const auto known = decodeKnownId(message))
            ids.push_back(*known);
    });
    return ids;
}

core::CommandFinished end(std::uint32_t id, core::Refusal refusal, int error, std::string text) {
    core::CommandFinished end;
    end.id = core::CommandId{id};
    end.refusal = refusal;
    end.error = error;
    end.message = std::move(text);
    return end;
}

using Ends = std::vector<core::CommandFinished>;

TEST(AckCodec, AnAckMeansCarriedOut) {
    EXPECT_EQ(endsIn(replyTo("ack")), Ends{end(4, core::Refusal::none, 0, "")});
}

TEST(AckCodec, AnErrorHasTheKernelsText) {
    EXPECT_EQ(endsIn(replyTo("error invalid token")),
              Ends{end(5, core::Refusal::unknownToken, EINVAL, "invalid token")});
}

TEST(AckCodec, AMissingAttributeIsNamed) {
    EXPECT_EQ(endsIn(replyTo("error missing TOKEN")),
              Ends{end(6, core::Refusal::byErrno, EINVAL, "attribute 4 is missing")});
}

TEST(AckCodec, TheErrorOfADumpIsInsideItsDone) {
    EXPECT_EQ(endsIn(replyTo("dump bad token")),
              Ends{end(9, core::Refusal::unknownToken, EINVAL, "invalid token")});
}

TEST(AckCodec, ADumpGivesTheKnownIds) {
    const std::vector<core::KnownId> expected{{parseEndpoint("10.9.2.1:0").value(), AddressId{2}},
                                              {parseEndpoint("10.9.3.1:0").value(), AddressId{9}}};
    EXPECT_EQ(idsIn(replyTo("dump")), expected);
    EXPECT_EQ(endsIn(replyTo("dump")), Ends{end(8, core::Refusal::none, 0, "")});
}

TEST(AckCodec, RepliesOfOtherCommandsHoldNoIds) {
    EXPECT_TRUE(idsIn(replyTo("getlimits")).empty());
    EXPECT_EQ(endsIn(replyTo("getlimits")), Ends{end(10, core::Refusal::none, 0, "")});
}

TEST(AckCodec, AnErrorThatQuotesTheWholeRequestIsReadBehindIt) {
    // as without NETLINK_CAP_ACK: a request of 28 bytes, then the text "busy"
    const auto bytes = test::bytesOf("3c00000002000002"
                                     "0700000001000000"
                                     "f0ffffff"
                                     "1c0000001c00050007000000000000000301000008000400ffffffff"
                                     "0900010062757379"
                                     "00000000");
    EXPECT_EQ(endsIn(bytes), Ends{end(7, core::Refusal::byErrno, EBUSY, "busy")});
}

TEST(AckCodec, AnErrnoThatIsNoneIsARefusal) {
    const auto bytes = test::bytesOf("240000000200000007000000010000000000008000000000"
                                     "000000000000000000000000");
    const auto ends = endsIn(bytes);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].error, EPROTO);
    EXPECT_EQ(ends[0].refusal, core::Refusal::byErrno);
}

// The copy has no byte to spare: AddressSanitizer sees any read beyond it.
TEST(AckCodec, CutAtAnyByteReadsNothingBeyond) {
    const auto captured = test::loadCaptured("replies_6.18.json");
    for (auto reply = captured.begin(); reply != captured.end(); ++reply) {
        const auto whole = replyTo(reply.key());
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const auto cut = std::make_unique<std::byte[]>(length);
            std::copy_n(whole.begin(), length, cut.get());
            EXPECT_LE(endsIn({cut.get(), length}).size(), endsIn(whole).size());
            EXPECT_LE(idsIn({cut.get(), length}).size(), idsIn(whole).size());
        }
    }
}

TEST(AckCodec, KnowsTheTextsOfNewAndOldKernels) {
    using core::Refusal;
    EXPECT_EQ(refusalOf(0, ""), Refusal::none);
    EXPECT_EQ(refusalOf(EINVAL, "invalid token"), Refusal::unknownToken);
    EXPECT_EQ(refusalOf(EINVAL, "userspace PM not selected"), Refusal::kernelManaged);
    EXPECT_EQ(refusalOf(EINVAL, "invalid request; userspace PM not selected"),
              Refusal::kernelManaged);
    EXPECT_EQ(refusalOf(EINVAL, "did not match address and id"), Refusal::idMismatch);
    EXPECT_EQ(refusalOf(ESRCH, "subflow not found"), Refusal::byErrno);
    EXPECT_EQ(refusalOf(EPERM, ""), Refusal::byErrno);
}

} // namespace
} // namespace subflowd::netlink
