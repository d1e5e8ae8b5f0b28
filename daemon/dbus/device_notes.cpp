// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/device_notes.hpp"

#include "dbus/names.hpp"

namespace subflowd::dbus {

namespace {

/// NMDeviceState
constexpr std::uint32_t deactivating = 110;

/// NMMetered
constexpr std::uint32_t meteredYes = 1;
constexpr std::uint32_t meteredNo = 2;
constexpr std::uint32_t meteredGuessedYes = 3;
constexpr std::uint32_t meteredGuessedNo = 4;

/// NMConnectivityState
constexpr std::uint32_t connectivityUnknown = 0;
constexpr std::uint32_t connectivityFull = 4;

/// NMMptcpFlags
constexpr std::uint32_t flagDisabled = 0x1;
constexpr std::uint32_t flagBackup = 0x40;

template <class Value>
void takeEntry(const wire::Dictionary& dictionary, const char* key, Value& into) {
    const auto entry = dictionary.find(key);
    if (entry != dictionary.end() && entry->second.containsValueOfType<Value>())
        into = entry->second.get<Value>();
}

wire::Dictionary sectionOf(const Settings& profile, const char* name) {
    const auto section = profile.find(name);
    return section == profile.end() ? wire::Dictionary{} : section->second;
}

std::optional<Role> roleOfFlags(std::uint32_t flags) {
    if ((flags & flagDisabled) != 0)
        return Role::ignore;
    return (flags & flagBackup) != 0 ? std::optional{Role::backup} : std::nullopt;
}

std::optional<bool> meteredOf(std::uint32_t metered) {
    if (metered == meteredYes || metered == meteredGuessedYes)
        return true;
    return metered == meteredNo || metered == meteredGuessedNo ? std::optional{false}
                                                               : std::nullopt;
}

core::Reach reachOf(std::uint32_t connectivity, ConnectivityCheck check) {
    if (check == ConnectivityCheck::off || connectivity == connectivityUnknown)
        return core::Reach::unknown;
    return connectivity >= connectivityFull ? core::Reach::internet : core::Reach::local;
}

} // namespace

void take(const wire::Dictionary& properties, Device& device) {
    takeEntry(properties, "IpInterface", device.link);
    takeEntry(properties, "State", device.state);
    takeEntry(properties, "Metered", device.metered);
    takeEntry(properties, "Ip4Connectivity", device.connectivity4);
    takeEntry(properties, "Ip6Connectivity", device.connectivity6);
}

void take(const Settings& profile, Device& device) {
    std::uint32_t flags = 0;
    takeEntry(sectionOf(profile, "connection"), "mptcp-flags", flags);
    std::map<std::string, std::string> data;
    takeEntry(sectionOf(profile, "user"), "data", data);
    device.role = named<Role>(data["subflowd.role"]);
    device.flagRole = roleOfFlags(flags);
}

core::LinkNote noteOf(const Device& device, ConnectivityCheck check) {
    return {device.link,
            device.role,
            device.flagRole,
            meteredOf(device.metered),
            reachOf(device.connectivity4, check),
            reachOf(device.connectivity6, check),
            device.state == deactivating};
}

} // namespace subflowd::dbus
