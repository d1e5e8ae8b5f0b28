// SPDX-License-Identifier: BSD-3-Clause
#include "examples.hpp"
#include "json_view.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace subflowd::ctl {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

/// 2026-01-31T12:00:00Z
const dbus::WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 31} + 12h};

Json parsed(const std::string& text) {
    EXPECT_EQ(text.find('\n'), text.size() - 1) << "not one line: " << text;
    return Json::parse(text);
}

TEST(ConnectionsJson, hasTheDocumentedSchema) {
    EXPECT_EQ(parsed(connectionsJson({examples::connection()}, noon)), Json::parse(R"({
        "schema": 1,
        "connections": [{
            "token": "0x1234abcd", "side": "client", "rule": "default", "state": "established",
            "managed_by": "subflowd", "deny_join_initial": false,
            "local": "10.0.1.1:40000", "remote": "10.0.2.2:443",
            "since": "2026-01-31T11:56:48.000000Z",
            "subflows": [
                {"local": "10.0.1.1:40000", "remote": "10.0.2.2:443", "link": "eth0",
                 "local_id": 0, "remote_id": 0, "state": "up", "priority": "regular",
                 "peer_priority": "regular", "initial": true,
                 "since": "2026-01-31T11:56:48.000000Z"},
                {"local": "10.0.3.1:41234", "remote": "10.0.2.2:443", "link": "wwan0",
                 "local_id": 2, "remote_id": 0, "state": "suspect", "priority": "backup",
                 "peer_priority": "regular", "initial": false,
                 "since": "2026-01-31T11:59:55.000000Z"}],
            "announced": [{"address": "10.0.3.1", "id": 2}],
            "remotes": [{"address": "10.0.4.2:443", "id": 1}]}]})"));
}

TEST(ConnectionsJson, noneIsAnEmptyList) {
    EXPECT_EQ(parsed(connectionsJson({}, noon)), Json::parse(R"({"schema":1,"connections":[]})"));
}

TEST(ConnectionsJson, knowsThreeAnswersForTheInitialAddress) {
    const auto told = [](JoinInitial join) {
        auto connection = examples::connection();
        connection.joinInitial = join;
        return parsed(connectionsJson({connection}, noon))["connections"][0]["deny_join_initial"];
    };
    EXPECT_EQ(told(JoinInitial::unknown), Json(nullptr));
    EXPECT_EQ(told(JoinInitial::allowed), Json(false));
    EXPECT_EQ(told(JoinInitial::denied), Json(true));
}

TEST(ConnectionsJson, whatIsNotKnownIsNull) {
    auto connection = examples::connection();
    connection.rule.clear();
    connection.subflows[0].link.clear();
    const auto shown = parsed(connectionsJson({connection}, noon))["connections"][0];
    EXPECT_TRUE(shown["rule"].is_null());
    EXPECT_TRUE(shown["subflows"][0]["link"].is_null());
}

TEST(ConnectionJson, isTheEntryOfTheList) {
    EXPECT_EQ(parsed(connectionJson(examples::connection(), noon))["connection"],
              parsed(connectionsJson({examples::connection()}, noon))["connections"][0]);
}

TEST(ExplanationJson, hasTheDocumentedSchema) {
    EXPECT_EQ(parsed(explanationJson(Token{0x1234abcd},
                                     {examples::usedPath(), examples::failedPath()}, noon)),
              Json::parse(R"({
        "schema": 1, "token": "0x1234abcd",
        "paths": [
            {"local": "10.0.1.1", "remote": "10.0.2.2:443", "link": "eth0", "state": "confirmed",
             "reason": "the application opened it", "reason_code": "initial-subflow",
             "by": "core", "attempts": 0, "next_try": null, "last_error": null},
            {"local": "10.0.3.1", "remote": "10.0.2.2:443", "link": "wwan0", "state": "failed",
             "reason": "waits 12 s after 3 failures in a row", "reason_code": "backing-off",
             "by": "reestablish", "attempts": 3, "next_try": "2026-01-31T12:00:12.000000Z",
             "last_error": {"cause": "refused", "error": "ECONNREFUSED", "reset_reason": null,
                            "transient": false}}]})"));
}

TEST(StatusJson, hasTheDocumentedSchema) {
    EXPECT_EQ(parsed(statusJson(examples::status(), noon)), Json::parse(R"({
        "schema": 1, "version": "0.1.0", "mode": "userspace", "state": "running",
        "started": "2026-01-31T09:55:00.000000Z", "path_manager": "userspace",
        "kernel_features": ["path-manager-name", "per-token-get-addr"], "problems": [],
        "counts": {"connections": 12, "foreign": 2, "subflows": 30},
        "events_lost": 0, "resyncs": 1,
        "latency": [{"at_most_us": 100, "count": 98}, {"at_most_us": 1000, "count": 1},
                    {"at_most_us": null, "count": 1}],
        "latencies": {
            "event_to_command": {"count": 100, "sum_us": 1234567, "buckets": [
                {"at_most_us": 100, "count": 98}, {"at_most_us": 1000, "count": 1},
                {"at_most_us": null, "count": 1}]},
            "command_to_ack": {"count": 0, "sum_us": 0, "buckets": [
                {"at_most_us": 1, "count": 0}, {"at_most_us": null, "count": 0}]},
            "snapshot": {"count": 1, "sum_us": 9, "buckets": [{"at_most_us": 16, "count": 1}]}},
        "policies": [{"name": "lb-client", "strikes": 0, "quarantined": false},
                     {"name": "fullmesh", "strikes": 3, "quarantined": true}]})"));
}

TEST(LinksJson, hasTheDocumentedSchema) {
    const Link link{LinkIndex{2}, "eth0", "ethernet",
                    "primary",    true,   {{examples::ethernetAddress, "usable", false}}};
    EXPECT_EQ(parsed(linksJson({link})), Json::parse(R"({
        "schema": 1,
        "links": [{"name": "eth0", "ifindex": 2, "kind": "ethernet", "role": "primary",
                   "role_source": "default", "up": true, "metered": false, "addresses": [
                       {"address": "10.0.1.1", "usability": "usable", "temporary": false}]}]})"));
}

TEST(PoliciesJson, hasTheDocumentedSchema) {
    const Policy policy{"fullmesh", 3, true, "joins from everywhere", {{"MaxSubflows", "8"}}};
    EXPECT_EQ(parsed(policiesJson({policy})), Json::parse(R"({
        "schema": 1, "policies": [{"name": "fullmesh", "strikes": 3, "quarantined": true,
            "summary": "joins from everywhere", "options": {"MaxSubflows": "8"}}]})"));
}

TEST(VersionJson, withoutADaemonItIsNull) {
    EXPECT_EQ(parsed(versionJson("0.1.0", "")),
              Json::parse(R"({"schema": 1, "subflowctl": "0.1.0", "subflowd": null})"));
}

TEST(JsonViews, replaceWhatIsNoUtf8) {
    EXPECT_NO_THROW(parsed(policiesJson({{"bad\xff", 0, false, {}, {}}})));
}

} // namespace
} // namespace subflowd::ctl
