// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/link_object.hpp"

#include "dbus/encode.hpp"
#include "dbus/names.hpp"
#include "dbus/object_path.hpp"
#include "dbus/sdbus_compat.hpp"

#include <utility>

namespace subflowd::dbus {

LinkObject::LinkObject(sdbus::IConnection& connection, core::LinkReport link)
    : AdaptorInterfaces(connection, objectPath(linkPath, link.name)), link_(std::move(link)) {
    registerAdaptor();
    emitInterfacesAddedSignal();
}

LinkObject::~LinkObject() {
    try {
        emitInterfacesRemovedSignal();
    } catch (const sdbus::Error&) {
        // The bus is gone, and so are those who would want to know.
    }
    unregisterAdaptor();
}

void LinkObject::update(const core::LinkReport& link) {
    const auto old = std::exchange(link_, link);
    compat::PropertyNames changed;
    const auto note = [&](const char* name, const auto member) {
        if (old.*member != link.*member)
            changed.emplace_back(name);
    };
    note("Index", &core::LinkReport::index);
    note("Kind", &core::LinkReport::kind);
    note("Role", &core::LinkReport::role);
    note("RoleSource", &core::LinkReport::source);
    note("Drained", &core::LinkReport::drained);
    note("Up", &core::LinkReport::up);
    note("Metered", &core::LinkReport::metered);
    note("Addresses", &core::LinkReport::addresses);
    if (!changed.empty())
        emitPropertiesChangedSignal(compat::InterfaceName{Link_adaptor::INTERFACE_NAME}, changed);
}

std::int32_t LinkObject::Index() {
    return static_cast<std::int32_t>(link_.index);
}

std::string LinkObject::Name() {
    return link_.name;
}

std::string LinkObject::Kind() {
    return std::string{nameOf(link_.kind)};
}

std::string LinkObject::Role() {
    return std::string{nameOf(link_.role)};
}

std::string LinkObject::RoleSource() {
    return std::string{nameOf(link_.source)};
}

bool LinkObject::Drained() {
    return link_.drained;
}

bool LinkObject::Up() {
    return link_.up;
}

bool LinkObject::Metered() {
    return link_.metered;
}

std::vector<wire::LinkAddress> LinkObject::Addresses() {
    return encode(link_).get<7>();
}

} // namespace subflowd::dbus
