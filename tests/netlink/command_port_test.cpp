// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"
#include "netlink/command_port_fixture.hpp"

#include <subflowd/address_text.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>

namespace subflowd::netlink {
namespace {

using core::CommandId;
using core::Refusal;

using test::ack;
using test::CommandPortTest;
using test::family;
using test::idsOf;
using test::message;
using test::queuedAt;

core::IssuedCommand remove(std::uint32_t id) {
    return {CommandId{id}, core::command::RemoveAddress{Token{7}, AddressId{1}}};
}

core::IssuedCommand askIds(std::uint32_t id) {
    return {CommandId{id}, core::command::AskIds{Token{7}}};
}

core::IssuedCommand reset(std::uint32_t id) {
    core::command::ResetSubflow reset;
    reset.tuple.local = parseEndpoint("10.0.0.1:5001").value();
    reset.tuple.remote = parseEndpoint("10.0.0.2:40000").value();
    return {CommandId{id}, reset};
}

/// What inet_diag answers to reset(): the socket with these ends in this state.
inet_diag_msg socketFound(const core::IssuedCommand& asked, std::uint8_t state) {
    const auto& tuple = std::get<core::command::ResetSubflow>(asked.command).tuple;
    inet_diag_msg found{};
    found.idiag_family = AF_INET;
    found.idiag_state = state;
    found.id.idiag_sport = htons(tuple.local.port);
    found.id.idiag_dport = htons(tuple.remote.port);
    std::memcpy(found.id.idiag_src, tuple.local.address.bytes().data(), 4);
    std::memcpy(found.id.idiag_dst, tuple.remote.address.bytes().data(), 4);
    found.id.idiag_if = 3;
    found.id.idiag_cookie[0] = 4711;
    return found;
}

class PreparedCommand : public CommandPortTest {
  protected:
    void prepare(std::uint32_t id) {
        port_.prepare(remove(id));
        forEachMessage(commands_.request(), [](const Message& message) {
            EXPECT_EQ(message.header.nlmsg_type, NLMSG_NOOP);
        });
    }
};

TEST_F(CommandPortTest, SendsConsecutiveCommandsInOneDatagramInOrder) {
    send({remove(1), remove(2), remove(3)});
    EXPECT_EQ(idsOf(commands_.request()), (std::vector{CommandId{1}, CommandId{2}, CommandId{3}}));
    EXPECT_TRUE(commands_.request().empty());
}

TEST_F(PreparedCommand, IsSentAheadAndNotAgain) {
    prepare(1);
    EXPECT_TRUE(port_.sendPrepared(CommandId{1}));
    EXPECT_EQ(idsOf(commands_.request()), (std::vector{CommandId{1}}));
    send({remove(1), remove(2)});
    EXPECT_EQ(idsOf(commands_.request()), (std::vector{CommandId{2}}));
    commands_.reply(ack(1, EINVAL));
    ASSERT_EQ(receive().size(), 1U) << "it is waited for as any other";
}

TEST_F(PreparedCommand, IsPreparedOnce) {
    prepare(1);
    port_.prepare(remove(1));
    EXPECT_TRUE(commands_.request().empty());
}

TEST_F(PreparedCommand, IsTheLastOne) {
    prepare(1);
    prepare(2);
    EXPECT_FALSE(port_.sendPrepared(CommandId{1}));
    EXPECT_FALSE(port_.sendPrepared(CommandId{2})) << "nobody asks for it after another";
    EXPECT_TRUE(idsOf(commands_.request()).empty());
    send({remove(1)});
    EXPECT_EQ(idsOf(commands_.request()), (std::vector{CommandId{1}}));
}

TEST_F(PreparedCommand, IsSentInItsTurnIfItCouldNotBeAhead) {
    prepare(1);
    commands_.kernel = test::SocketPair::open().kernel; // the other end is gone
    EXPECT_FALSE(port_.sendPrepared(CommandId{1}));
    send({remove(1)});
    ASSERT_EQ(receive().size(), 1U) << "given up";
}

TEST_F(PreparedCommand, IsForgottenIfItIsNotQueued) {
    prepare(1);
    port_.sendPrepared(CommandId{1});
    EXPECT_EQ(idsOf(commands_.request()), (std::vector{CommandId{1}}));
    send({});
    send({remove(1)});
    EXPECT_EQ(idsOf(commands_.request()), (std::vector{CommandId{1}}));
}

TEST_F(CommandPortTest, SplitsWhatExceedsTheBuffer) {
    std::vector<core::IssuedCommand> many;
    for (std::uint32_t id = 1; id <= 2000; ++id)
        many.push_back(remove(id));
    send(many);
    std::uint32_t next = 1;
    std::size_t datagrams = 0;
    for (auto ids = idsOf(commands_.request()); !ids.empty(); ids = idsOf(commands_.request())) {
        ++datagrams;
        for (const auto id : ids)
            EXPECT_EQ(id, CommandId{next++});
    }
    EXPECT_EQ(next, 2001U);
    EXPECT_EQ(datagrams, 3U);
}

TEST_F(CommandPortTest, EndsEachCommandOnceWhateverTheOrderOfAcks) {
    send({remove(1), remove(2)});
    commands_.reply(ack(2, ESRCH));
    commands_.reply(ack(1));
    commands_.reply(ack(1));
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 2U);
    EXPECT_EQ(ends[0].id, CommandId{2});
    EXPECT_EQ(ends[0].error, ESRCH);
    EXPECT_EQ(ends[1].id, CommandId{1});
    EXPECT_EQ(ends[1].refusal, Refusal::none);
    EXPECT_EQ(port_.nextDeadline(), never);
}

TEST_F(CommandPortTest, WhatIsNotAnsweredInTimeEndsUnanswered) {
    send({remove(1), remove(2)});
    commands_.reply(ack(1));
    EXPECT_EQ(receive().size(), 1U);
    EXPECT_EQ(port_.nextDeadline(), queuedAt + CommandPort::patience);
    EXPECT_TRUE(expire(queuedAt + CommandPort::patience - Duration{1}).empty());
    const auto ends = expire(queuedAt + CommandPort::patience);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].id, CommandId{2});
    EXPECT_EQ(ends[0].refusal, Refusal::unanswered);
    commands_.reply(ack(2));
    EXPECT_TRUE(receive().empty()) << "an answer that comes late ends nothing";
}

TEST_F(CommandPortTest, RunsOneDumpAtATime) {
    send({askIds(1), askIds(2)});
    EXPECT_EQ(idsOf(commands_.request()), std::vector{CommandId{1}});
    EXPECT_TRUE(commands_.request().empty());
    auto dump = test::bytesOf(
        test::loadCaptured("replies_6.18.json").at("dump").at("responses")[0].get<std::string>());
    dump[8] = dump[64 + 8] = std::byte{1}; // the sequence numbers of both entries
    commands_.reply(dump);
    commands_.reply(message(NLMSG_DONE, 1, std::int32_t{0}));
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].ids.size(), 2U);
    EXPECT_EQ(idsOf(commands_.request()), std::vector{CommandId{2}});
    commands_.reply(message(NLMSG_DONE, 2, std::int32_t{0}));
    EXPECT_TRUE(receive().at(0).ids.empty()) << "entries of the dump before were kept";
}

TEST_F(CommandPortTest, ADumpThatExpiresMakesRoomForTheNext) {
    send({askIds(1)});
    send({askIds(2)}, queuedAt + std::chrono::milliseconds{500});
    EXPECT_EQ(idsOf(commands_.request()), std::vector{CommandId{1}});
    EXPECT_EQ(expire(queuedAt + CommandPort::patience).size(), 1U);
    EXPECT_EQ(idsOf(commands_.request()), std::vector{CommandId{2}});
}

TEST_F(CommandPortTest, AFailedSendEndsItsCommandsAtOnce) {
    auto gone = test::SocketPair::open();
    CommandPort port(family, Socket(::dup(gone.daemon.fd())), Socket(::dup(gone.daemon.fd())));
    gone.kernel = test::SocketPair::open().kernel;
    port.queue(std::vector{remove(1), askIds(2), reset(3)}, queuedAt);
    port.send();
    EXPECT_LE(port.nextDeadline(), queuedAt);
    std::vector<core::CommandFinished> ends;
    port.expire(queuedAt, ends);
    ASSERT_EQ(ends.size(), 3U);
    for (const auto& end : ends)
        EXPECT_EQ(end.refusal, Refusal::unanswered);
    EXPECT_EQ(port.nextDeadline(), never);
}

TEST_F(CommandPortTest, ResetNamesTheSocketItFoundByItsCookie) {
    send({reset(1)});
    ASSERT_EQ(idsOf(queries_.request()), std::vector{CommandId{1}});
    queries_.reply(message(SOCK_DIAG_BY_FAMILY, 1, socketFound(reset(1), TCP_ESTABLISHED)));
    EXPECT_TRUE(receive().empty());
    const auto request = queries_.request();
    const auto destroy = Message::first(request);
    ASSERT_TRUE(destroy.has_value());
    EXPECT_EQ(destroy->header.nlmsg_type, SOCK_DESTROY);
    const auto body = readAs<inet_diag_req_v2>(destroy->payload);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ(body->id.idiag_cookie[0], 4711U);
    EXPECT_EQ(body->id.idiag_if, 3U);
    queries_.reply(ack(1));
    EXPECT_EQ(receive().at(0).refusal, Refusal::none);
}

TEST_F(CommandPortTest, ResetNeverTouchesAListener) {
    send({reset(1)});
    ASSERT_FALSE(queries_.request().empty());
    queries_.reply(message(SOCK_DIAG_BY_FAMILY, 1, socketFound(reset(1), TCP_LISTEN)));
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].error, ENOENT);
    EXPECT_TRUE(queries_.request().empty()) << "something was destroyed";
}

TEST_F(CommandPortTest, FactsComeFromInetDiag) {
    send({{CommandId{1}, core::command::AskFacts{Token{7}}}});
    const auto request = queries_.request();
    const auto body = readAs<inet_diag_req_v2>(after(request, NLMSG_HDRLEN));
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ(body->id.idiag_cookie[0], 7U);
    auto found = socketFound(reset(1), TCP_ESTABLISHED);
    found.idiag_uid = 1000;
    const nlattr mark{8, INET_DIAG_MARK};
    const nlattr cgroup{12, INET_DIAG_CGROUP_ID};
    queries_.reply(
        message(SOCK_DIAG_BY_FAMILY, 1, found, mark, std::uint32_t{4}, cgroup, std::uint64_t{5}));
    const ConnectionFacts expected{1000, 4, 5, LinkIndex{3}};
    EXPECT_EQ(receive().at(0).facts, expected);
}

TEST_F(CommandPortTest, ReadsBothSockets) {
    const auto fds = port_.fds();
    EXPECT_NE(fds[0], fds[1]);
    send({remove(1), reset(2)});
    queries_.reply(ack(2, ENOENT));
    commands_.reply(ack(1));
    EXPECT_EQ(receive().size(), 2U);
}

} // namespace
} // namespace subflowd::netlink
