// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/link_notes.hpp"
#include "dbus/wire.hpp"

#include <sdbus-c++/Types.h>

#include <cstdint>
#include <map>
#include <string>

/// What NetworkManager's properties and settings mean. No bus in it.
namespace subflowd::dbus {

/// Of NMDeviceState: from `preparing` on a profile is being brought into force, and is until the
/// device deactivates.
namespace device_state {
inline constexpr std::uint32_t preparing = 40;
inline constexpr std::uint32_t activated = 100;
inline constexpr std::uint32_t deactivating = 110;
} // namespace device_state

/// A device of NetworkManager, as far as it matters: its properties, and what its profile says.
struct Device {
    std::string link; ///< IpInterface: differs from Interface where there is a modem or PPP, and
                      ///< is empty until late in an activation
    std::uint32_t state = 0;
    std::uint32_t metered = 0;
    std::uint32_t connectivity4 = 0;
    std::uint32_t connectivity6 = 0;
    std::optional<Role> role{};
    std::optional<Role> flagRole{};
    std::string interface {};
    std::int32_t profileMetered = 0;
    std::string profile{}; ///< the UUID of the one that is in force

    friend bool operator==(const Device&, const Device&) = default;
};

using Settings = std::map<std::string, wire::Dictionary>;

/// Takes over the properties that are mentioned. Those of another type than they should have are
/// passed over.
void take(const wire::Dictionary& properties, Device& device);

/// Takes over what the profile that is in force says.
void take(const Settings& profile, Device& device);

/// No profile is in force any more.
void forgetProfile(Device& device);

/// How a profile is known; empty if it does not say.
std::string uuidOf(const Settings& profile);

/// Whether somebody checks how far links lead; without that NetworkManager calls it all full.
enum class ConnectivityCheck : std::uint8_t { off, on };

core::LinkNote noteOf(const Device& device, ConnectivityCheck check);

} // namespace subflowd::dbus
