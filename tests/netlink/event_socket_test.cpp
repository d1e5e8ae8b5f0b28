// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/captured.hpp"
#include "netlink/event_socket.hpp"
#include "netlink/message_builder.hpp"
#include "netlink/mptcp_uapi.hpp"
#include "netlink/socket_pair.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace subflowd::netlink {
namespace {

using test::MessageBuilder;

MessageBuilder closed(std::uint32_t token) {
    return MessageBuilder(uapi::event::closed).add(uapi::event_attribute::token, token);
}

class EventSocketTest : public testing::Test {
  protected:
    test::SocketPair pair_ = test::SocketPair::open();
    EventSocket socket_{FamilyId{MessageBuilder::family}, Socket(::dup(pair_.daemon.fd()))};
};

TEST_F(EventSocketTest, AnEmptyQueueGivesNothing) {
    const auto drained = socket_.drain();
    EXPECT_TRUE(drained.events.empty());
    EXPECT_EQ(drained.overrun, Overrun::no);
    EXPECT_EQ(drained.queue, Queue::empty);
}

TEST_F(EventSocketTest, GivesEventsInOrder) {
    for (std::uint32_t token = 0; token < 50; ++token)
        pair_.reply(closed(token).bytes());
    std::uint32_t next = 0;
    auto queue = Queue::mayHoldMore;
    while (queue == Queue::mayHoldMore) {
        const auto drained = socket_.drain();
        for (const auto& event : drained.events)
            EXPECT_EQ(std::get<core::event::Closed>(event).token, Token{next++});
        queue = drained.queue;
    }
    EXPECT_EQ(next, 50U);
}

TEST_F(EventSocketTest, ReadsAsManyAsTheQueueSeemsToHold) {
    const auto read = [this] { return socket_.drain().events.size(); };
    for (std::uint32_t token = 0; token < 69; ++token)
        pair_.reply(closed(token).bytes());
    const std::array sizes{read(), read(), read(), read(), read(), read(), read()};
    EXPECT_EQ(sizes, (std::array<std::size_t, 7>{1, 2, 4, 8, 16, EventSocket::batch, 6}));
    pair_.reply(closed(1).bytes());
    const auto drained = socket_.drain();
    EXPECT_EQ(drained.events.size(), 1U);
    EXPECT_EQ(drained.queue, Queue::empty); // six were offered place
}

TEST_F(EventSocketTest, CountsWhatItCannotUse) {
    pair_.reply(MessageBuilder(200).bytes());
    pair_.reply(MessageBuilder(uapi::event::closed).bytes());
    pair_.reply(closed(1).type(MessageBuilder::family + 1).bytes());
    pair_.reply(std::vector<std::byte>(4000));
    pair_.reply(closed(2).bytes());
    std::size_t events = 0;
    for (int i = 0; i < 5; ++i)
        events += socket_.drain().events.size();
    EXPECT_EQ(events, 1U);
    const EventCounters expected{1, 1, 1, 2, 0};
    EXPECT_EQ(socket_.counters(), expected);
}

TEST_F(EventSocketTest, ADatagramThatDoesNotFitIsMalformed) {
    std::array<std::byte, 3000> filler{};
    pair_.reply(closed(1).add(uapi::event_attribute::last, filler).bytes());
    EXPECT_TRUE(socket_.drain().events.empty());
    EXPECT_EQ(socket_.counters().malformed, 1U);
}

} // namespace
} // namespace subflowd::netlink
