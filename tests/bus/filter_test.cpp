// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/filter.hpp"

#include <gtest/gtest.h>

namespace subflowd::dbus {
namespace {

using core::Change;

const Prefix ten{IpAddress::v4(10, 0, 0, 0), 8};
const Prefix elsewhere{IpAddress::v4(192, 0, 2, 0), 24};

core::ConnectionReport connection() {
    core::ConnectionReport report;
    report.token = Token{1};
    report.state = ConnectionState::established;
    report.rule = "default";
    report.initial.remote = {IpAddress::v4(10, 0, 2, 2), 443};
    core::SubflowReport subflow;
    subflow.link = LinkIndex{3};
    subflow.tuple.remote = {IpAddress::v4(192, 0, 2, 7), 443};
    report.subflows = {subflow};
    return report;
}

TEST(ConnectionFilter, nothingGivenMatchesEverything) {
    EXPECT_TRUE(matches(ConnectionFilter{}, connection()));
}

TEST(ConnectionFilter, looksAtTheInitialRemoteAndAllOthers) {
    ConnectionFilter filter;
    filter.remote = ten;
    EXPECT_TRUE(matches(filter, connection()));
    filter.remote = elsewhere;
    EXPECT_TRUE(matches(filter, connection()));
    filter.remote = Prefix{IpAddress::v4(172, 16, 0, 0), 12};
    EXPECT_FALSE(matches(filter, connection()));
}

TEST(ConnectionFilter, looksAtTheLinksOfTheSubflows) {
    ConnectionFilter filter;
    filter.link = LinkIndex{3};
    EXPECT_TRUE(matches(filter, connection()));
    filter.link = LinkIndex{4};
    EXPECT_FALSE(matches(filter, connection()));
}

TEST(ConnectionFilter, aLinkThatDoesNotExistMatchesNoUnknownLink) {
    auto report = connection();
    report.subflows[0].link = noLink;
    ConnectionFilter filter;
    filter.link = noLink;
    EXPECT_FALSE(matches(filter, report));
}

TEST(ConnectionFilter, everythingGivenMustHold) {
    ConnectionFilter filter;
    filter.rule = "default";
    filter.state = ConnectionState::established;
    EXPECT_TRUE(matches(filter, connection()));
    filter.state = ConnectionState::created;
    EXPECT_FALSE(matches(filter, connection()));
    filter.state = ConnectionState::established;
    filter.rule = "other";
    EXPECT_FALSE(matches(filter, connection()));
}

Change subflowUp() {
    Change change;
    change.kind = Change::Kind::subflowEstablished;
    change.token = Token{1};
    change.link = LinkIndex{3};
    change.tuple.remote = {IpAddress::v4(10, 0, 2, 2), 443};
    return change;
}

TEST(ChangeFilter, everythingGivenMustHold) {
    ChangeFilter filter;
    EXPECT_TRUE(matches(filter, subflowUp()));
    filter = {Token{1}, ten, LinkIndex{3}};
    EXPECT_TRUE(matches(filter, subflowUp()));
    EXPECT_FALSE(matches(ChangeFilter{Token{2}, {}, {}}, subflowUp()));
    EXPECT_FALSE(matches(ChangeFilter{{}, elsewhere, {}}, subflowUp()));
    EXPECT_FALSE(matches(ChangeFilter{{}, {}, LinkIndex{4}}, subflowUp()));
}

TEST(ChangeFilter, aLinkHasNoRemote) {
    Change change;
    change.kind = Change::Kind::linkUsable;
    change.link = LinkIndex{3};
    EXPECT_FALSE(matches(ChangeFilter{{}, Prefix{IpAddress{}, 0}, {}}, change));
    EXPECT_TRUE(matches(ChangeFilter{{}, {}, LinkIndex{3}}, change));
}

TEST(ChangeFilter, lossesConcernEverybody) {
    for (const auto kind : {Change::Kind::eventsLost, Change::Kind::resynchronised}) {
        Change change;
        change.kind = kind;
        EXPECT_TRUE(matches(ChangeFilter{Token{2}, elsewhere, LinkIndex{4}}, change));
    }
}

} // namespace
} // namespace subflowd::dbus
