// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/modem_notes.hpp"

#include "dbus/take_entry.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace subflowd::dbus {

namespace {

constexpr std::string_view modemInterface = "org.freedesktop.ModemManager1.Modem";
constexpr std::string_view interface3gpp = "org.freedesktop.ModemManager1.Modem.Modem3gpp";
constexpr std::string_view interfaceCdma = "org.freedesktop.ModemManager1.Modem.ModemCdma";

/// MMModem3gppRegistrationState: "roaming", "roaming-sms-only", "roaming-csfb-not-preferred"
constexpr std::array<std::uint32_t, 3> roaming3gpp{5, 7, 10};

/// MMModemCdmaRegistrationState
constexpr std::uint32_t roamingCdma = 3;

/// MMModemPortType
constexpr std::uint32_t networkPort = 2;

using Ports = std::vector<sdbus::Struct<std::string, std::uint32_t>>;

std::vector<std::string> linksOf(const Ports& ports) {
    std::vector<std::string> links;
    for (const auto& port : ports)
        if (port.get<1>() == networkPort)
            links.push_back(port.get<0>());
    return links;
}

} // namespace

bool isOfModems(std::string_view interface) {
    return interface == modemInterface || interface == interface3gpp || interface == interfaceCdma;
}

void take(std::string_view interface, const wire::Dictionary& properties, Modem& modem) {
    if (interface == modemInterface) {
        if (Ports ports; takeEntry(properties, "Ports", ports))
            modem.links = linksOf(ports);
    } else if (interface == interface3gpp) {
        takeEntry(properties, "RegistrationState", modem.registration3gpp);
    } else if (interface == interfaceCdma) {
        takeEntry(properties, "EvdoRegistrationState", modem.registrationEvdo);
        takeEntry(properties, "Cdma1xRegistrationState", modem.registrationCdma);
    }
}

void forget(std::string_view interface, Modem& modem) {
    if (interface == modemInterface) {
        modem.links.clear();
    } else if (interface == interface3gpp) {
        modem.registration3gpp = 0;
    } else if (interface == interfaceCdma) {
        modem.registrationEvdo = 0;
        modem.registrationCdma = 0;
    }
}

bool roams(const Modem& modem) {
    return std::ranges::find(roaming3gpp, modem.registration3gpp) != roaming3gpp.end() ||
           modem.registrationEvdo == roamingCdma || modem.registrationCdma == roamingCdma;
}

core::LinkNotes withRoaming(core::LinkNotes notes, const Roaming& roaming) {
    for (const auto& link : roaming) {
        auto note = std::ranges::find(notes.all, link, &core::LinkNote::link);
        if (note == notes.all.end()) {
            notes.all.emplace_back().link = link;
            note = std::prev(notes.all.end());
        }
        note->roaming = true;
    }
    return notes;
}

} // namespace subflowd::dbus
