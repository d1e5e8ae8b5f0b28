// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/bus_peer.hpp"

#include "dbus/sdbus_compat.hpp"

namespace subflowd::ctl::doctor {

bool isOnBus(const std::string& bus, const std::string& name) {
    try {
        const auto connection = dbus::compat::openBus(bus);
        const auto proxy =
            sdbus::createProxy(*connection, dbus::compat::ServiceName{"org.freedesktop.DBus"},
                               sdbus::ObjectPath{"/org/freedesktop/DBus"});
        bool owned = false;
        proxy->callMethod("NameHasOwner")
            .onInterface("org.freedesktop.DBus")
            .withArguments(name)
            .storeResultsTo(owned);
        return owned;
    } catch (const sdbus::Error&) {
        return false;
    }
}

} // namespace subflowd::ctl::doctor
