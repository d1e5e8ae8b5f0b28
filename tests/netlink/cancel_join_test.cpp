// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/command_port_fixture.hpp"
#include "netlink/control.hpp"
#include "netlink/diag_uapi.hpp"
#include "netlink/dump_message_builder.hpp"
#include "netlink/event_socket.hpp"
#include "netlink/kernel_pair.hpp"
#include "support/new_namespace.hpp"

#include <subflowd/address_text.hpp>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/sock_diag.h>

#include <cerrno>
#include <functional>
#include <optional>

namespace subflowd::netlink {
namespace {

using core::CommandId;
using core::Refusal;
using subflowd::test::inNewNamespace;
using subflowd::test::receiveUntil;
using subflowd::test::run;
using test::ack;
using test::idsOf;
using test::message;
using test::queuedAt;
namespace state = uapi::diag::state;
namespace flag = uapi::diag::subflow_flag;

core::command::CancelJoin joinFrom(const char* local) {
    core::command::CancelJoin join;
    join.token = Token{7};
    join.local = parseAddress(local).value();
    join.remote = parseEndpoint(local[0] == '1' ? "10.0.0.2:443" : "[2001:db8::2]:443").value();
    join.link = LinkIndex{3};
    return join;
}

core::IssuedCommand cancel(std::uint32_t id, const char* local = "10.0.0.1") {
    return {CommandId{id}, joinFrom(local)};
}

/// A row of the dump that joinFrom("10.0.0.1") is looked for in; by default its socket.
struct Row {
    std::uint32_t local = 0x0a000001;
    std::uint32_t remote = 0x0a000002;
    std::uint16_t remotePort = 443;
    std::uint8_t socketState = state::synSent;
    std::uint32_t flags = flag::joinSent;
    std::uint32_t token = 7;
    std::uint32_t link = 3;
    std::uint32_t cookie = 4711;

    std::vector<std::byte> bytes(std::uint32_t sequence) const {
        inet_diag_msg fixed{};
        fixed.idiag_family = AF_INET;
        fixed.idiag_state = socketState;
        fixed.id.idiag_sport = htons(40000);
        fixed.id.idiag_dport = htons(remotePort);
        fixed.id.idiag_src[0] = htonl(local);
        fixed.id.idiag_dst[0] = htonl(remote);
        fixed.id.idiag_if = link;
        fixed.id.idiag_cookie[0] = cookie;
        test::DumpMessageBuilder row(SOCK_DIAG_BY_FAMILY, fixed);
        row.nest(INET_DIAG_ULP_INFO, [this](auto& ulp) {
            ulp.nest(INET_ULP_INFO_MPTCP, [this](auto& info) {
                info.attribute(uapi::diag::subflow_attribute::localToken, token);
                info.attribute(uapi::diag::subflow_attribute::flags, flags);
            });
        });
        auto built = row.build();
        std::memcpy(built.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
        return built;
    }
};

class CancelJoinTest : public test::CommandPortTest {
  protected:
    void endDump(std::uint32_t id) { queries_.reply(message(NLMSG_DONE, id, std::int32_t{0})); }

    /// The cookie of the socket that is to be destroyed; nothing if the next request is another.
    std::optional<std::uint32_t> destroyed() {
        const auto datagram = queries_.request();
        const auto request = Message::first(datagram);
        if (!request || request->header.nlmsg_type != SOCK_DESTROY)
            return std::nullopt;
        return readAs<inet_diag_req_v2>(request->payload)->id.idiag_cookie[0];
    }
};

TEST_F(CancelJoinTest, AsksForSocketsInSynSentWithTheirTokens) {
    send({cancel(1)});
    const auto datagram = queries_.request();
    const auto request = Message::first(datagram);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
    const auto body = readAs<inet_diag_req_v2>(request->payload);
    ASSERT_TRUE(body.has_value());
    EXPECT_EQ(body->sdiag_family, AF_INET);
    EXPECT_EQ(body->idiag_states, 1U << state::synSent);
    EXPECT_EQ(body->idiag_ext, 1U << (INET_DIAG_INFO - 1));
}

TEST_F(CancelJoinTest, NamesTheSocketByItsCookieWhenTheDumpHasEnded) {
    send({cancel(1)});
    ASSERT_EQ(idsOf(queries_.request()), std::vector{CommandId{1}});
    queries_.reply(Row{.local = 0x0a000009, .cookie = 1}.bytes(1));
    queries_.reply(Row{}.bytes(1));
    EXPECT_TRUE(receive().empty());
    EXPECT_EQ(destroyed(), std::nullopt) << "the acks of both would have one number";
    endDump(1);
    EXPECT_TRUE(receive().empty());
    EXPECT_EQ(destroyed(), 4711U);
    queries_.reply(ack(1));
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].refusal, Refusal::none);
    EXPECT_EQ(port_.nextDeadline(), never);
}

TEST_F(CancelJoinTest, TouchesNothingElse) {
    send({cancel(1)});
    ASSERT_FALSE(queries_.request().empty());
    for (const auto& row :
         {Row{.local = 0x0a000009}, Row{.remote = 0x0a000009}, Row{.remotePort = 444},
          Row{.socketState = state::established}, Row{.flags = flag::capableSent},
          Row{.flags = flag::joinReceived}, Row{.token = 8}, Row{.link = 4}})
        queries_.reply(row.bytes(1));
    endDump(1);
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].refusal, Refusal::byErrno);
    EXPECT_EQ(ends[0].error, ENOENT);
    EXPECT_EQ(destroyed(), std::nullopt);
}

TEST_F(CancelJoinTest, FindsAJoinThatTheKernelLeftUnbound) {
    send({cancel(1)});
    ASSERT_FALSE(queries_.request().empty());
    queries_.reply(Row{.link = 0}.bytes(1));
    endDump(1);
    receive();
    EXPECT_EQ(destroyed(), 4711U);
}

TEST_F(CancelJoinTest, OneDumpAnswersForAllThatWaitedWhenItBegan) {
    send({cancel(1), cancel(2, "10.0.0.3"), cancel(3, "2001:db8::1"), cancel(4)});
    EXPECT_EQ(idsOf(queries_.request()), std::vector{CommandId{1}});
    EXPECT_TRUE(queries_.request().empty()) << "the kernel runs one dump a socket";
    endDump(1);
    EXPECT_EQ(receive().size(), 1U);
    ASSERT_EQ(idsOf(queries_.request()), std::vector{CommandId{2}});
    queries_.reply(Row{.cookie = 22}.bytes(2));
    queries_.reply(Row{.local = 0x0a000003, .cookie = 11}.bytes(2));
    endDump(2);
    EXPECT_TRUE(receive().empty());
    EXPECT_EQ(destroyed(), 11U);
    EXPECT_EQ(destroyed(), 22U);
    EXPECT_EQ(idsOf(queries_.request()), std::vector{CommandId{3}}) << "the other family";
}

TEST_F(CancelJoinTest, LookupsGoOnDuringTheDump) {
    core::command::AskFacts ask{Token{7}};
    send({cancel(1), {CommandId{2}, ask}});
    queries_.reply(ack(2, ENOENT));
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].id, CommandId{2});
}

TEST_F(CancelJoinTest, ARefusedDumpEndsItsCommandsAndTheNextBegins) {
    send({cancel(1), cancel(2, "10.0.0.3")});
    ASSERT_FALSE(queries_.request().empty());
    queries_.reply(ack(1, EBUSY));
    const auto ends = receive();
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].error, EBUSY);
    EXPECT_EQ(idsOf(queries_.request()), std::vector{CommandId{2}});
}

TEST_F(CancelJoinTest, ADumpThatExpiresMakesRoomForTheNext) {
    send({cancel(1)});
    send({cancel(2, "10.0.0.3")}, queuedAt + std::chrono::milliseconds{500});
    ASSERT_EQ(idsOf(queries_.request()), std::vector{CommandId{1}});
    const auto ends = expire(queuedAt + CommandPort::patience);
    ASSERT_EQ(ends.size(), 1U);
    EXPECT_EQ(ends[0].refusal, Refusal::unanswered);
    EXPECT_EQ(idsOf(queries_.request()), std::vector{CommandId{2}});
    endDump(1);
    EXPECT_TRUE(receive().empty()) << "an end that comes late ends nothing";
}

/// Calls `done` whenever one of the port's commands ended, until it is content.
void carryOut(CommandPort& port, const core::command::CancelJoin& join,
              const std::function<bool(const core::CommandFinished&)>& done) {
    std::uint32_t id = 0;
    bool over = false;
    std::vector<core::CommandFinished> ends;
    const auto ask = [&] {
        const core::IssuedCommand command{CommandId{++id}, join};
        port.queue(std::span(&command, 1), queuedAt);
        port.send();
    };
    ask();
    receiveUntil(
        port.fds(),
        [&] {
            ends.clear();
            port.receive(ends);
            for (const auto& end : ends)
                if (over = done(end); !over)
                    ask();
        },
        [&] { return over; });
}

std::optional<core::event::SubflowClosed> nextClosed(EventSocket& events) {
    std::optional<core::event::SubflowClosed> closed;
    const std::array fds{events.fd()};
    receiveUntil(
        fds,
        [&] {
            const auto drained = events.drain();
            for (const auto& event : drained.events)
                if (const auto* one = std::get_if<core::event::SubflowClosed>(&event))
                    closed = *one;
        },
        [&] { return closed.has_value(); });
    return closed;
}

TEST(CancelJoinOnKernel, EndsAJoinThatNobodyAnswers) {
    inNewNamespace([] {
        if (std::system("iptables -A INPUT -s 127.0.0.2 -j DROP 2>/dev/null") != 0)
            GTEST_SKIP() << "iptables(8) does not work";
        run("ip mptcp limits set subflow 2 add_addr_accepted 2 && "
            "ip mptcp endpoint add 127.0.0.2 dev lo id 9 subflow");
        const auto kernel = resolveKernel();
        EventSocket events(kernel.family, kernel.events, std::size_t{1} << 16U);
        const test::Pair pair;
        DiagSocket diag;
        core::command::CancelJoin join;
        join.local = IpAddress::v4(127, 0, 0, 2);
        join.remote = {IpAddress::v4(127, 0, 0, 1), test::port};
        join.link = LinkIndex{1};
        for (const auto& connection :
             test::all<core::snapshot::Connection>(test::takeSnapshot(diag)))
            if (connection.initial.remote == join.remote)
                join.token = connection.token;
        CommandPort port(kernel.family);
        carryOut(port, join, [](const auto& end) { return end.refusal == Refusal::none; });
        const auto closed = nextClosed(events);
        ASSERT_TRUE(closed.has_value());
        EXPECT_EQ(closed->token, join.token);
        EXPECT_EQ(closed->tuple.local.address, join.local);
        EXPECT_EQ(closed->error, ECONNABORTED);
        EXPECT_EQ(closed->tuple.remote, join.remote)
            << "the kernel names the port, other than after SUBFLOW_DESTROY";
        carryOut(port, join, [](const auto& end) {
            EXPECT_EQ(end.error, ENOENT) << "it is still there";
            return true;
        });
    });
}

} // namespace
} // namespace subflowd::netlink
