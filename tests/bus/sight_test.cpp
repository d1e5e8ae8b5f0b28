// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/sight.hpp"

#include <gtest/gtest.h>

namespace subflowd::dbus {
namespace {

constexpr UserId alice{1000};
constexpr UserId bob{1001};

core::Change change(core::Change::Kind kind, std::uint32_t token) {
    core::Change change;
    change.kind = kind;
    change.token = Token{token};
    return change;
}

core::Change created(std::uint32_t token) {
    return change(core::Change::Kind::connectionCreated, token);
}

core::Change closed(std::uint32_t token) {
    return change(core::Change::Kind::connectionClosed, token);
}

/// A kernel that knows the owners of some connections, and counts who asks.
struct Kernel {
    Owners owners;
    int asked = 0;

    OwnChanges::OwnerOf ownerOf() {
        return [this](Token token) {
            ++asked;
            const auto at = owners.find(token);
            return at == owners.end() ? std::nullopt : std::optional{at->second};
        };
    }
};

TEST(OwnedBy, keepsTheUsersAndNothingWhoseOwnerIsNotKnown) {
    const Owners owners{{Token{1}, alice}, {Token{2}, bob}, {Token{3}, alice}};
    const std::vector<Token> expected{Token{1}, Token{3}};
    EXPECT_EQ(ownedBy(alice, owners, {Token{1}, Token{2}, Token{3}, Token{4}}), expected);
    EXPECT_TRUE(ownedBy(alice, {}, {Token{1}, Token{2}}).empty());
}

TEST(OwnChanges, areOfTheUsersConnectionsOrOfNone) {
    Kernel kernel{{{Token{1}, alice}, {Token{2}, bob}}};
    OwnChanges own{alice, {}};
    EXPECT_TRUE(own.take(created(1), kernel.ownerOf()));
    EXPECT_FALSE(own.take(created(2), kernel.ownerOf()));
    EXPECT_FALSE(own.take(created(3), kernel.ownerOf())) << "the kernel does not tell";
    EXPECT_TRUE(own.take(change(core::Change::Kind::linkUsable, 0), kernel.ownerOf()));
    EXPECT_TRUE(own.take(change(core::Change::Kind::eventsLost, 0), kernel.ownerOf()));
}

TEST(OwnChanges, haveTheEndOfAConnectionWhoseSocketIsGone) {
    Kernel kernel{{{Token{1}, alice}}};
    OwnChanges own{alice, {Token{7}}};
    EXPECT_TRUE(own.take(created(1), kernel.ownerOf()));
    kernel.owners.clear();
    EXPECT_TRUE(own.take(closed(1), kernel.ownerOf()));
    EXPECT_TRUE(own.take(closed(7), kernel.ownerOf())) << "it was there before";
    EXPECT_FALSE(own.take(closed(2), kernel.ownerOf()));
}

TEST(OwnChanges, doNotTakeATokenThatAnotherHasNow) {
    Kernel kernel{{{Token{1}, bob}}};
    OwnChanges own{alice, {Token{1}}};
    EXPECT_TRUE(own.take(closed(1), kernel.ownerOf()));
    EXPECT_FALSE(own.take(created(1), kernel.ownerOf()));
    EXPECT_FALSE(own.take(closed(1), kernel.ownerOf()));
}

TEST(OwnChanges, beginWhenAServerAcceptsTheConnection) {
    Kernel kernel{{{Token{1}, UserId{0}}}};
    OwnChanges own{alice, {}};
    EXPECT_FALSE(own.take(created(1), kernel.ownerOf()));
    kernel.owners[Token{1}] = alice;
    EXPECT_TRUE(own.take(change(core::Change::Kind::subflowEstablished, 1), kernel.ownerOf()));
}

TEST(OwnChanges, askOnceForWhatIsOwn) {
    Kernel kernel{{{Token{1}, alice}}};
    OwnChanges own{alice, {}};
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(own.take(created(1), kernel.ownerOf()));
    EXPECT_EQ(kernel.asked, 1);
}

} // namespace
} // namespace subflowd::dbus
