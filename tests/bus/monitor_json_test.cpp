// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/monitor_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cerrno>

namespace subflowd::dbus {
namespace {

using Json = nlohmann::json;
using core::Change;
using namespace std::chrono;

const WallTime when{sys_days{year{2026} / 1 / 31} + 1us};
constexpr ReasonText covered{"link-covered", "the link has {0} subflows already"};

Change subflowClosed() {
    Change change;
    change.kind = Change::Kind::subflowClosed;
    change.token = Token{0x1234abcd};
    change.tuple = {{IpAddress::v4(10, 0, 1, 1), 40000}, {IpAddress::v4(10, 0, 2, 2), 443}};
    change.link = LinkIndex{3};
    change.localId = AddressId{1};
    change.priority = Priority::backup;
    change.failure = {Cause::resetByPeer, ECONNRESET, 6, true};
    change.reason = {&covered, 2, 0};
    change.by = "lb-client";
    return change;
}

TEST(MonitorLine, tellsAllOfAClosedSubflow) {
    const auto line = monitorLine(subflowClosed(), "eth0", when);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line, ended by a newline";
    EXPECT_EQ(Json::parse(line), Json::parse(R"({
        "schema": 1, "time": "2026-01-31T00:00:00.000001Z", "event": "subflow-closed",
        "token": "0x1234abcd", "local": "10.0.1.1:40000", "remote": "10.0.2.2:443",
        "link": "eth0", "ifindex": 3, "local_id": 1, "remote_id": 0, "priority": "backup",
        "failure": {"cause": "reset-by-peer", "error": "ECONNRESET",
                    "reset_reason": "middlebox", "transient": true},
        "reason": "the link has 2 subflows already", "reason_code": "link-covered",
        "by": "lb-client"})"));
}

TEST(MonitorLine, beginsWithSchemaTimeAndEvent) {
    EXPECT_EQ(monitorLine(subflowClosed(), "eth0", when).rfind(R"({"schema":1,"time":"2026)", 0),
              0u);
}

TEST(MonitorLine, aConnectionHasASideAndNoIds) {
    Change change;
    change.kind = Change::Kind::connectionCreated;
    change.token = Token{1};
    change.side = Side::server;
    EXPECT_EQ(Json::parse(monitorLine(change, "", when)), Json::parse(R"({
        "schema": 1, "time": "2026-01-31T00:00:00.000001Z", "event": "connection-created",
        "token": "0x00000001", "side": "server"})"));
}

TEST(MonitorLine, anAddressWithoutAPortIsBare) {
    Change change;
    change.kind = Change::Kind::addressAnnounced;
    change.token = Token{1};
    change.tuple.remote = {IpAddress::v4(10, 0, 4, 2), 0};
    change.remoteId = AddressId{4};
    const auto told = Json::parse(monitorLine(change, "", when));
    EXPECT_EQ(told["remote"], "10.0.4.2");
    EXPECT_EQ(told["remote_id"], 4);
    EXPECT_FALSE(told.contains("local"));
}

TEST(MonitorLine, aLinkWithoutANameKeepsItsIndex) {
    Change change;
    change.kind = Change::Kind::linkUnusable;
    change.link = LinkIndex{7};
    const auto told = Json::parse(monitorLine(change, "", when));
    EXPECT_TRUE(told["link"].is_null());
    EXPECT_EQ(told["ifindex"], 7);
    EXPECT_FALSE(told.contains("token"));
}

TEST(MonitorLine, tellsWhatASnapshotTook) {
    Change change;
    change.kind = Change::Kind::resynchronised;
    change.took = 12ms + 345us + 999ns;
    EXPECT_EQ(Json::parse(monitorLine(change, "", when)), Json::parse(R"({
        "schema": 1, "time": "2026-01-31T00:00:00.000001Z", "event": "resynchronised",
        "took_us": 12345})"));
}

TEST(MonitorLine, replacesWhatIsNoUtf8) {
    auto change = subflowClosed();
    change.by = "bad\xff";
    EXPECT_TRUE(Json::accept(monitorLine(change, "eth0", when)));
}

TEST(LostLine, tellsHowMany) {
    EXPECT_EQ(Json::parse(lostLine(3, when)), Json::parse(R"({
        "schema": 1, "time": "2026-01-31T00:00:00.000001Z", "event": "lost", "count": 3})"));
}

} // namespace
} // namespace subflowd::dbus
