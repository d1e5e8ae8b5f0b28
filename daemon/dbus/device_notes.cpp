// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/device_notes.hpp"

#include "dbus/names.hpp"
#include "dbus/take_entry.hpp"

namespace subflowd::dbus {

namespace {

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

/// The property is set a moment after the addresses are there, and may be a guess still when the
/// profile has been edited.
std::optional<bool> meteredOf(const Device& device) {
    const auto said = meteredOf(static_cast<std::uint32_t>(device.profileMetered));
    return said ? said : meteredOf(device.metered);
}

/// What was said before the activation is of another one: "none", mostly.
core::Reach reachOf(const Device& device, std::uint32_t connectivity, ConnectivityCheck check) {
    if (check == ConnectivityCheck::off || connectivity == connectivityUnknown ||
        device.state < device_state::activated)
        return core::Reach::unknown;
    return connectivity >= connectivityFull ? core::Reach::internet : core::Reach::local;
}

} // namespace

void take(const wire::Dictionary& properties, Device& device) {
    takeEntry(properties, "IpInterface", device.link);
    takeEntry(properties, "Interface", device.interface);
    if (device.state != device_state::deactivating) // reset while the addresses are still there
        takeEntry(properties, "Metered", device.metered);
    takeEntry(properties, "State", device.state);
    takeEntry(properties, "Ip4Connectivity", device.connectivity4);
    takeEntry(properties, "Ip6Connectivity", device.connectivity6);
}

void take(const Settings& profile, Device& device) {
    const auto connection = sectionOf(profile, "connection");
    std::uint32_t flags = 0;
    takeEntry(connection, "mptcp-flags", flags);
    device.profileMetered = 0;
    takeEntry(connection, "metered", device.profileMetered);
    device.profile = uuidOf(profile);
    std::map<std::string, std::string> data;
    takeEntry(sectionOf(profile, "user"), "data", data);
    device.role = named<Role>(data["subflowd.role"]);
    device.flagRole = roleOfFlags(flags);
}

void forgetProfile(Device& device) {
    take(Settings{}, device);
    device.metered = 0;
}

std::string uuidOf(const Settings& profile) {
    std::string uuid;
    takeEntry(sectionOf(profile, "connection"), "uuid", uuid);
    return uuid;
}

core::LinkNote noteOf(const Device& device, ConnectivityCheck check) {
    return {device.link.empty() ? device.interface : device.link,
            device.role,
            device.flagRole,
            meteredOf(device),
            reachOf(device, device.connectivity4, check),
            reachOf(device, device.connectivity6, check),
            device.state == device_state::deactivating};
}

} // namespace subflowd::dbus
