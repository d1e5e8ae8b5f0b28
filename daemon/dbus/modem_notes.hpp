// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/link_notes.hpp"
#include "dbus/wire.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What ModemManager's properties mean. No bus in it.
namespace subflowd::dbus {

/// A modem, as far as it matters.
struct Modem {
    std::vector<std::string> links; ///< its network ports
    std::uint32_t registration3gpp = 0;
    std::uint32_t registrationEvdo = 0;
    std::uint32_t registrationCdma = 0;

    friend bool operator==(const Modem&, const Modem&) = default;
};

/// Whether an interface has something to tell of that.
bool isOfModems(std::string_view interface);

/// Takes over the properties that are mentioned. Those of another type than they should have are
/// passed over.
void take(std::string_view interface, const wire::Dictionary& properties, Modem& modem);

/// The modem has the interface no more: it is locked, switched off, or gone.
void forget(std::string_view interface, Modem& modem);

/// Whether it is in a network that is not its operator's.
bool roams(const Modem& modem);

/// The links of all modems that roam.
using Roaming = std::set<std::string>;

/// What is said of links altogether.
core::LinkNotes withRoaming(core::LinkNotes notes, const Roaming& roaming);

} // namespace subflowd::dbus
