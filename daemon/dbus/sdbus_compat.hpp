// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sdbus-c++/sdbus-c++.h>
#include <systemd/sd-bus.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// What differs between sdbus-c++ 1.2 and 2.x, as far as it is used here. SDBUS_MAJOR is set by
/// the build.
namespace subflowd::dbus::compat {

#if SDBUS_MAJOR >= 2
using ServiceName = sdbus::ServiceName;
using ErrorName = sdbus::Error::Name;
using InterfaceName = sdbus::InterfaceName;
using MethodName = sdbus::MethodName;
using PropertyNames = std::vector<sdbus::PropertyName>;

/// The first argument of the handler of an asynchronous reply: tests as true on failure.
using ReplyError = std::optional<sdbus::Error>;

/// The call of the method that is being served.
inline sdbus::Message messageOf(const sdbus::IObject& object) {
    return object.getCurrentlyProcessedMessage();
}

inline bool processOne(sdbus::IConnection& connection) {
    return connection.processPendingEvent();
}

/// Has a handler called for each message that fits, until the slot is dropped. Does not wait.
inline sdbus::Slot addMatch(sdbus::IConnection& connection, const std::string& match,
                            std::function<void(sdbus::Message&)> handler) {
    return connection.addMatchAsync(
        match, [handler = std::move(handler)](sdbus::Message message) { handler(message); }, {},
        sdbus::return_slot);
}

inline std::uint64_t pollDeadline(const sdbus::IConnection::PollData& poll) {
    return poll.timeout == std::chrono::microseconds::max()
               ? UINT64_MAX
               : static_cast<std::uint64_t>(poll.timeout.count());
}
#else
using ServiceName = std::string;
using ErrorName = std::string;
using InterfaceName = std::string;
using MethodName = std::string;
using PropertyNames = std::vector<std::string>;
using ReplyError = const sdbus::Error*;

/// The call of the method that is being served.
inline const sdbus::Message& messageOf(const sdbus::IObject& object) {
    return *object.getCurrentlyProcessedMessage();
}

inline bool processOne(sdbus::IConnection& connection) {
    return connection.processPendingRequest();
}

inline sdbus::Slot addMatch(sdbus::IConnection& connection, const std::string& match,
                            std::function<void(sdbus::Message&)> handler) {
    return connection.addMatch(match, std::move(handler));
}

/// When to process although nothing arrived: microseconds of CLOCK_MONOTONIC, UINT64_MAX: never.
inline std::uint64_t pollDeadline(const sdbus::IConnection::PollData& poll) {
    return poll.timeout_usec;
}
#endif

/// sdbus-c++ has no word for some things that sd-bus can tell and do: its message, as sd-bus has
/// it.
inline sd_bus_message* rawMessage(const sdbus::Message& message) {
    struct Opened : sdbus::Message {
        static void* of(const sdbus::Message& closed) { return closed.*&Opened::msg_; }
    };

    return static_cast<sd_bus_message*>(Opened::of(message));
}

inline sdbus::Error makeError(const char* name, const std::string& message) {
    return sdbus::Error{ErrorName{name}, message};
}

/// Connects to "system", "session", or an address such as "unix:path=/run/lab/bus". Throws
/// sdbus::Error.
inline std::unique_ptr<sdbus::IConnection> openBus(const std::string& bus) {
    if (bus == "system")
        return sdbus::createSystemBusConnection();
    if (bus == "session")
        return sdbus::createSessionBusConnection();
    return sdbus::createSessionBusConnectionWithAddress(bus);
}

} // namespace subflowd::dbus::compat
