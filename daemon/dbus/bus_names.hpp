// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

/// What the daemon is called on the bus (org.subflowd1.xml).
namespace subflowd::dbus {

inline constexpr const char* serviceName = "org.subflowd1";

/// What one of several daemons on a bus is called: by the inode of its network namespace
/// (/proc/PID/ns/net), so that whoever is in the namespace, too, finds it.
inline std::string instanceName(std::uint64_t networkNamespace) {
    return std::string{serviceName} + ".netns_" + std::to_string(networkNamespace);
}

inline constexpr const char* managerPath = "/org/subflowd1";

/// The bus itself (D-Bus Specification, "Message Bus Messages"); its interface has the name, too.
inline constexpr const char* busName = "org.freedesktop.DBus";
inline constexpr const char* busPath = "/org/freedesktop/DBus";

/// Of who lists objects (D-Bus Specification, "Standard Interfaces").
inline constexpr const char* objectsInterface = "org.freedesktop.DBus.ObjectManager";

/// The actions of org.subflowd1.policy.
namespace action {
inline constexpr const char* connections = "org.subflowd1.manage-connections";
inline constexpr const char* links = "org.subflowd1.manage-links";
inline constexpr const char* policies = "org.subflowd1.manage-policies";
inline constexpr const char* record = "org.subflowd1.record";
inline constexpr const char* reload = "org.subflowd1.reload";
inline constexpr const char* see = "org.subflowd1.see-connections";
} // namespace action

namespace error {
inline constexpr const char* notManaged = "org.subflowd1.Error.NotUserspaceManaged";
inline constexpr const char* notEstablished = "org.subflowd1.Error.NotEstablished";
inline constexpr const char* noSuchLink = "org.subflowd1.Error.NoSuchLink";
inline constexpr const char* noSuchAddress = "org.subflowd1.Error.NoSuchAddress";
inline constexpr const char* noSuchSubflow = "org.subflowd1.Error.NoSuchSubflow";
inline constexpr const char* noSuchPath = "org.subflowd1.Error.NoSuchPath";
inline constexpr const char* noSuchPolicy = "org.subflowd1.Error.NoSuchPolicy";
inline constexpr const char* ambiguous = "org.subflowd1.Error.Ambiguous";
inline constexpr const char* notAnnounced = "org.subflowd1.Error.NotAnnounced";
inline constexpr const char* nothingOrdered = "org.subflowd1.Error.NothingOrdered";
inline constexpr const char* refused = "org.subflowd1.Error.Refused";
inline constexpr const char* limitReached = "org.subflowd1.Error.LimitReached";
inline constexpr const char* kernelRejected = "org.subflowd1.Error.KernelRejected";
inline constexpr const char* unanswered = "org.subflowd1.Error.Unanswered";
inline constexpr const char* interactionRequired =
    "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
inline constexpr const char* noSuchConnection = "org.subflowd1.Error.NoSuchConnection";
inline constexpr const char* invalidConfiguration = "org.subflowd1.Error.InvalidConfiguration";
inline constexpr const char* invalidArgs = "org.freedesktop.DBus.Error.InvalidArgs";
inline constexpr const char* accessDenied = "org.freedesktop.DBus.Error.AccessDenied";
inline constexpr const char* limitsExceeded = "org.freedesktop.DBus.Error.LimitsExceeded";
} // namespace error

} // namespace subflowd::dbus
