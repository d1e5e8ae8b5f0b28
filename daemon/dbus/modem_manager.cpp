// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/modem_manager.hpp"

#include <utility>

namespace subflowd::dbus {

ModemManager::ModemManager(sdbus::IConnection& connection, Told told)
    : told_(std::move(told)),
      watch_(connection, {"org.freedesktop.ModemManager1", "/org/freedesktop/ModemManager1"},
             *this) {}

/// Unlike a role, nothing hangs on it that would be lost within the second that a restart takes:
/// what roams is known again before it is connected again.
void ModemManager::ownerChanged(const std::string& /*owner*/) {
    modems_.clear();
    tell();
}

void ModemManager::changed(const std::string& path, const std::string& interface,
                           const wire::Dictionary& properties) {
    if (!isOfModems(interface))
        return;
    take(interface, properties, modems_[path]);
    tell();
}

void ModemManager::removed(const std::string& path, const std::vector<std::string>& interfaces) {
    const auto modem = modems_.find(path);
    if (modem == modems_.end())
        return;
    for (const auto& interface : interfaces)
        forget(interface, modem->second);
    if (modem->second == Modem{})
        modems_.erase(modem);
    tell();
}

void ModemManager::tell() {
    Roaming roaming;
    for (const auto& [path, modem] : modems_)
        if (roams(modem))
            roaming.insert(modem.links.begin(), modem.links.end());
    if (roaming == last_)
        return;
    last_ = std::move(roaming);
    told_(last_);
}

} // namespace subflowd::dbus
