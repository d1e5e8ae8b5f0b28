// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "model.hpp"

/// A host with two uplinks, seen once: what the views are tested with.
namespace subflowd::ctl::examples {

using std::chrono::seconds;

inline const IpAddress ethernetAddress = IpAddress::v4(10, 0, 1, 1);
inline const IpAddress mobileAddress = IpAddress::v4(10, 0, 3, 1);
inline const Endpoint server{IpAddress::v4(10, 0, 2, 2), 443};

inline Subflow initialSubflow() {
    return {{ethernetAddress, 40000},
            server,
            "eth0",
            AddressId{0},
            AddressId{0},
            SubflowState::up,
            Priority::regular,
            Priority::regular,
            true,
            seconds{192}};
}

inline Subflow mobileSubflow() {
    return {{mobileAddress, 41234}, server,           "wwan0",           AddressId{2}, AddressId{0},
            SubflowState::suspect,  Priority::backup, Priority::regular, false,        seconds{5}};
}

inline Connection connection() {
    Connection connection;
    connection.token = Token{0x1234abcd};
    connection.side = Side::client;
    connection.state = ConnectionState::established;
    connection.joinInitial = JoinInitial::allowed;
    connection.rule = "default";
    connection.local = {ethernetAddress, 40000};
    connection.remote = server;
    connection.age = seconds{192};
    connection.subflows = {initialSubflow(), mobileSubflow()};
    connection.remotes = {{{IpAddress::v4(10, 0, 4, 2), 443}, AddressId{1}}};
    connection.announced = {{{mobileAddress, 0}, AddressId{2}}};
    return connection;
}

inline Path failedPath() {
    Path path;
    path.local = mobileAddress;
    path.remote = server;
    path.link = "wwan0";
    path.state = "failed";
    path.reasonCode = "backing-off";
    path.reason = "waits 12 s after 3 failures in a row";
    path.by = "reestablish";
    path.attempts = 3;
    path.nextTry = seconds{12};
    path.lastFailure = PathFailure{"refused", "ECONNREFUSED", "", false};
    return path;
}

inline Path usedPath() {
    Path path;
    path.local = ethernetAddress;
    path.remote = server;
    path.link = "eth0";
    path.state = "confirmed";
    path.reasonCode = "initial-subflow";
    path.reason = "the application opened it";
    path.by = "core";
    return path;
}

inline Status status() {
    Status status;
    status.version = "0.1.0";
    status.mode = "userspace";
    status.state = "running";
    status.uptime = seconds{7500};
    status.pathManager = "userspace";
    status.kernelFeatures = {"path-manager-name", "per-token-get-addr"};
    status.counts = {{"connections", 12}, {"foreign", 2}, {"subflows", 30}};
    status.resyncs = 1;
    status.latencies["event_to_command"] = {
        std::chrono::microseconds{1'234'567},
        {{std::chrono::microseconds{100}, 98}, {std::chrono::microseconds{1000}, 1}, {{}, 1}}};
    status.latencies["snapshot"] = {std::chrono::microseconds{9}, {{Microseconds{16}, 1}}};
    status.latencies["command_to_ack"] = {{}, {{Microseconds{1}, 0}, {{}, 0}}};
    status.policies = {{"lb-client", 0, false, {}, {}}, {"fullmesh", 3, true, {}, {}}};
    return status;
}

} // namespace subflowd::ctl::examples
