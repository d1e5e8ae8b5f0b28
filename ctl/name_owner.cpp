// SPDX-License-Identifier: BSD-3-Clause
#include "name_owner.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"

namespace subflowd::ctl {

bool hasOwner(sdbus::IConnection& bus, const std::string& name) {
    const auto proxy = sdbus::createProxy(bus, dbus::compat::ServiceName{dbus::busName},
                                          sdbus::ObjectPath{dbus::busPath});
    bool owned = false;
    proxy->callMethod("NameHasOwner")
        .onInterface(dbus::busName)
        .withArguments(name)
        .storeResultsTo(owned);
    return owned;
}

} // namespace subflowd::ctl
