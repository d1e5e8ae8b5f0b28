// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/monitors.hpp"
#include "loop.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>

namespace subflowd::dbus {
namespace {

core::Change ofToken(std::uint32_t token) {
    core::Change change;
    change.kind = core::Change::Kind::connectionCreated;
    change.token = Token{token};
    return change;
}

std::optional<std::string> receive(const FileDescriptor& reader) {
    std::array<char, 4096> packet{};
    const auto size = ::recv(reader.get(), packet.data(), packet.size(), MSG_DONTWAIT);
    if (size < 0)
        return std::nullopt;
    return std::string{packet.data(), static_cast<std::size_t>(size)};
}

/// What is in the queue now.
std::vector<std::string> receiveAll(const FileDescriptor& reader) {
    std::vector<std::string> lines;
    while (const auto line = receive(reader))
        lines.push_back(*line);
    return lines;
}

class MonitorsTest : public ::testing::Test {
  protected:
    std::optional<UserId> ownerOf(Token token) {
        ++asked;
        const auto at = owners.find(token);
        return at == owners.end() ? std::nullopt : std::optional{at->second};
    }

    subflowd::testing::Loop loop;
    Owners owners;
    int asked = 0;
    Monitors monitors{loop.get(), [this](Token token) { return ownerOf(token); }};
};

TEST_F(MonitorsTest, sendsALineInAPacket) {
    const auto reader = monitors.open({});
    monitors.send(ofToken(1), "first\n");
    monitors.send(ofToken(2), "second\n");
    EXPECT_EQ(receiveAll(reader), (std::vector<std::string>{"first\n", "second\n"}));
}

TEST_F(MonitorsTest, sendsOnlyWhatIsWanted) {
    const auto reader = monitors.open({Token{2}, {}, {}});
    monitors.send(ofToken(1), "first\n");
    monitors.send(ofToken(2), "second\n");
    EXPECT_EQ(receiveAll(reader), std::vector<std::string>{"second\n"});
}

TEST_F(MonitorsTest, sendsToEachWhatIsTheirsAndAsksOnceForAll) {
    constexpr UserId alice{1000};
    constexpr UserId bob{1001};
    owners = {{Token{1}, alice}, {Token{2}, bob}};
    const auto alices = monitors.open({}, OwnChanges{alice, {}});
    const auto bobs = monitors.open({}, OwnChanges{bob, {}});
    const auto everybodys = monitors.open({});
    monitors.send(ofToken(1), "first\n");
    EXPECT_EQ(asked, 1);
    monitors.send(ofToken(2), "second\n");
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(receiveAll(alices), std::vector<std::string>{"first\n"});
    EXPECT_EQ(receiveAll(bobs), std::vector<std::string>{"second\n"});
    EXPECT_EQ(receiveAll(everybodys), (std::vector<std::string>{"first\n", "second\n"}));
}

TEST_F(MonitorsTest, nobodyIsAskedWhereEverybodysAreWatched) {
    const auto reader = monitors.open({});
    monitors.send(ofToken(1), "first\n");
    EXPECT_EQ(asked, 0);
}

TEST_F(MonitorsTest, ownChangesAreFilteredAndForgottenAllTheSame) {
    constexpr UserId alice{1000};
    owners = {{Token{1}, alice}};
    const auto reader = monitors.open({Token{2}, {}, {}}, OwnChanges{alice, {}});
    monitors.send(ofToken(1), "created\n");
    auto closed = ofToken(1);
    closed.kind = core::Change::Kind::connectionClosed;
    monitors.send(closed, "closed\n");
    EXPECT_TRUE(receiveAll(reader).empty());
    EXPECT_EQ(asked, 1);
    monitors.send(ofToken(1), "another\n");
    EXPECT_EQ(asked, 2) << "the token may be another's by now";
}

TEST_F(MonitorsTest, aSlowReaderLosesLinesAndIsToldHowMany) {
    constexpr std::size_t sent = 100'000;
    const auto reader = monitors.open({});
    for (std::size_t i = 0; i < sent; ++i)
        monitors.send(ofToken(1), "a line\n");
    const auto kept = receiveAll(reader);
    ASSERT_GT(kept.size(), 100u) << "the queue is too short to be of use";
    ASSERT_LT(kept.size(), sent) << "the queue has no bound";

    std::optional<std::string> told;
    loop.runUntil([&] { return (told = receive(reader)).has_value(); }, "the loss is told");
    const auto loss = nlohmann::json::parse(told.value_or("{}"));
    EXPECT_EQ(loss["event"], "lost");
    EXPECT_EQ(loss["count"], sent - kept.size());

    monitors.send(ofToken(1), "after\n");
    EXPECT_EQ(receiveAll(reader), std::vector<std::string>{"after\n"});
}

TEST_F(MonitorsTest, aSlowReaderDoesNotHinderAnother) {
    const auto slow = monitors.open({});
    const auto quick = monitors.open({});
    std::size_t received = 0;
    for (int i = 0; i < 20'000; ++i) {
        monitors.send(ofToken(1), "a line\n");
        received += receiveAll(quick).size();
    }
    EXPECT_EQ(received, 20'000u);
}

TEST_F(MonitorsTest, forgetsAReaderThatClosed) {
    {
        const auto reader = monitors.open({});
        EXPECT_EQ(monitors.size(), 1u);
    }
    loop.runUntil([this] { return monitors.empty(); }, "the closed reader is forgotten");
}

TEST_F(MonitorsTest, forgetsAReaderThatClosedWhileItsQueueWasFull) {
    {
        const auto reader = monitors.open({});
        for (int i = 0; i < 100'000; ++i)
            monitors.send(ofToken(1), "a line\n");
    }
    loop.runUntil([this] { return monitors.empty(); }, "the closed reader is forgotten");
}

TEST_F(MonitorsTest, sendingToAReaderThatClosedForgetsIt) {
    { const auto reader = monitors.open({}); }
    monitors.send(ofToken(1), "a line\n");
    EXPECT_TRUE(monitors.empty());
}

TEST_F(MonitorsTest, aReaderThatTalksBackDoesNoHarm) {
    const auto reader = monitors.open({});
    ASSERT_EQ(::send(reader.get(), "hello", 5, MSG_DONTWAIT), 5);
    ASSERT_EQ(::shutdown(reader.get(), SHUT_WR), 0);
    sd_event_run(loop.get(), 0);
    monitors.send(ofToken(1), "a line\n");
    EXPECT_EQ(receiveAll(reader), std::vector<std::string>{"a line\n"});
}

TEST_F(MonitorsTest, theirEndIsTheReadersEndOfFile) {
    std::optional<Monitors> mortal{std::in_place, loop.get(),
                                   [this](Token token) { return ownerOf(token); }};
    const auto reader = mortal->open({});
    mortal->send(ofToken(1), "last\n");
    mortal.reset();
    EXPECT_EQ(receive(reader), "last\n");
    EXPECT_EQ(receive(reader), "");
}

} // namespace
} // namespace subflowd::dbus
