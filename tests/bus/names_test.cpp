// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/names.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace subflowd::dbus {
namespace {

template <class Enum>
std::vector<std::string> namesOf() {
    std::vector<std::string> names;
    for (std::uint8_t number = 0; nameOf(static_cast<Enum>(number)) != unknownName; ++number)
        names.emplace_back(nameOf(static_cast<Enum>(number)));
    return names;
}

using Names = std::vector<std::string>;

/// org.subflowd1.xml gives these numbers to callers: their order must stay.
TEST(Names, numbersOnTheWireAreThoseOfTheXml) {
    EXPECT_EQ(namesOf<Side>(), (Names{"client", "server"}));
    EXPECT_EQ(namesOf<ConnectionState>(), (Names{"created", "established"}));
    EXPECT_EQ(namesOf<core::ManagedBy>(), (Names{"subflowd", "kernel"}));
    EXPECT_EQ(namesOf<SubflowState>(), (Names{"pending", "up", "suspect", "draining"}));
    EXPECT_EQ(namesOf<Priority>(), (Names{"regular", "backup"}));
    EXPECT_EQ(static_cast<int>(JoinInitial::unknown), 0);
    EXPECT_EQ(static_cast<int>(JoinInitial::allowed), 1);
    EXPECT_EQ(static_cast<int>(JoinInitial::denied), 2);
}

template <class Enum>
class EveryName : public testing::Test {};

using Enums = testing::Types<Side, Priority, ConnectionState, SubflowState, PathState,
                             core::ManagedBy, Role, LinkKind, Usability, Cause, core::Change::Kind>;
TYPED_TEST_SUITE(EveryName, Enums);

TYPED_TEST(EveryName, isUniqueLowerCaseAndFoundAgain) {
    std::set<std::string> seen;
    std::uint8_t number = 0;
    for (const auto& name : namesOf<TypeParam>()) {
        EXPECT_TRUE(seen.insert(name).second) << name << " is used twice";
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string::npos) << name;
        EXPECT_EQ(named<TypeParam>(name), static_cast<TypeParam>(number++)) << name;
    }
    EXPECT_GE(seen.size(), 2u);
    EXPECT_EQ(named<TypeParam>("no-such-word"), std::nullopt);
    EXPECT_EQ(nameOf(static_cast<TypeParam>(200)), unknownName);
}

TEST(ErrorName, isTheSymbolOfErrno) {
    EXPECT_EQ(errorName(ECONNREFUSED), "ECONNREFUSED");
    EXPECT_EQ(errorName(0), "");
    EXPECT_EQ(errorName(250), "250");
}

TEST(ResetReasonName, isThatOfRfc8684) {
    EXPECT_EQ(resetReasonName(0), "unspecified");
    EXPECT_EQ(resetReasonName(6), "middlebox");
    EXPECT_EQ(resetReasonName(7), unknownName);
}

} // namespace
} // namespace subflowd::dbus
