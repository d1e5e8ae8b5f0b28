// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/bus_peer.hpp"

#include "dbus/sdbus_compat.hpp"
#include "name_owner.hpp"

namespace subflowd::ctl::doctor {

bool isOnBus(const std::string& bus, const std::string& name) {
    try {
        return hasOwner(*dbus::compat::openBus(bus), name);
    } catch (const sdbus::Error&) {
        return false;
    }
}

} // namespace subflowd::ctl::doctor
