// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// The structs of org.subflowd1.xml, which says what their members mean. Shared by the daemon and
/// subflowctl; the generated code checks that they are what the XML says.
namespace subflowd::dbus::wire {

using Bytes = std::vector<std::uint8_t>;

/// local, port, remote, port, link, local id, remote id, state, priority, peer's priority,
/// initial, age
using Subflow =
    sdbus::Struct<Bytes, std::uint16_t, Bytes, std::uint16_t, std::int32_t, std::uint8_t,
                  std::uint8_t, std::uint8_t, std::uint8_t, std::uint8_t, bool, std::uint64_t>;

/// address, port, id
using Address = sdbus::Struct<Bytes, std::uint16_t, std::uint8_t>;

/// token, side, state, joining the initial address, managed by, rule, local, port, remote, port,
/// age, subflows, announced by the peer, announced by this host
using Connection =
    sdbus::Struct<std::uint32_t, std::uint8_t, std::uint8_t, std::uint8_t, std::uint8_t,
                  std::string, Bytes, std::uint16_t, Bytes, std::uint16_t, std::uint64_t,
                  std::vector<Subflow>, std::vector<Address>, std::vector<Address>>;

/// cause, error, reset reason, transient
using Failure = sdbus::Struct<std::string, std::string, std::string, bool>;

/// local, remote, port, link, state, reason code, reason, by, attempts, next attempt, failure
using Path = sdbus::Struct<Bytes, Bytes, std::uint16_t, std::int32_t, std::string, std::string,
                           std::string, std::string, std::uint16_t, std::uint64_t, Failure>;

/// address, usability, temporary
using LinkAddress = sdbus::Struct<Bytes, std::string, bool>;

/// index, name, kind, role, who said so, up, metered, addresses
using Link = sdbus::Struct<std::int32_t, std::string, std::string, std::string, std::string, bool,
                           bool, std::vector<LinkAddress>>;

/// name, strikes, quarantined
using Policy = sdbus::Struct<std::string, std::uint32_t, bool>;

/// upper bound, count
using LatencyBucket = sdbus::Struct<std::uint64_t, std::uint64_t>;

/// all of it together, buckets from short to long
using Latency = sdbus::Struct<std::uint64_t, std::vector<LatencyBucket>>;

using Latencies = std::map<std::string, Latency>;

using Counts = std::map<std::string, std::uint64_t>;
using Dictionary = std::map<std::string, sdbus::Variant>;

/// The properties of an object, by interface.
using Interfaces = std::map<std::string, Dictionary>;

/// What org.freedesktop.DBus.ObjectManager.GetManagedObjects answers.
using ManagedObjects = std::map<sdbus::ObjectPath, Interfaces>;

} // namespace subflowd::dbus::wire
