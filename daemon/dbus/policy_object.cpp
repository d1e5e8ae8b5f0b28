// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/policy_object.hpp"

#include "dbus/object_path.hpp"
#include "dbus/sdbus_compat.hpp"

#include <utility>

namespace subflowd::dbus {

PolicyObject::PolicyObject(sdbus::IConnection& connection, const Host& host,
                           PolicyDescription policy)
    : AdaptorInterfaces(connection, objectPath(policyPath, policy.name)),
      host_(host),
      policy_(std::move(policy)) {
    registerAdaptor();
    emitInterfacesAddedSignal();
}

PolicyObject::~PolicyObject() {
    try {
        emitInterfacesRemovedSignal();
    } catch (const sdbus::Error&) {
        // The bus is gone, and so are those who would want to know.
    }
    unregisterAdaptor();
}

void PolicyObject::update(const PolicyDescription& policy) {
    const auto old = std::exchange(policy_, policy);
    compat::PropertyNames changed;
    const auto note = [&](const char* name, const auto member) {
        if (old.*member != policy.*member)
            changed.emplace_back(name);
    };
    note("Version", &PolicyDescription::version);
    note("Summary", &PolicyDescription::summary);
    note("File", &PolicyDescription::file);
    note("Quarantined", &PolicyDescription::quarantined);
    note("Options", &PolicyDescription::options);
    if (!changed.empty())
        emitPropertiesChangedSignal(compat::InterfaceName{Policy_adaptor::INTERFACE_NAME}, changed);
}

std::string PolicyObject::Name() {
    return policy_.name;
}

std::string PolicyObject::Version() {
    return policy_.version;
}

std::string PolicyObject::Summary() {
    return policy_.summary;
}

std::string PolicyObject::File() {
    return policy_.file;
}

std::uint32_t PolicyObject::Strikes() {
    std::uint32_t strikes = 0;
    for (const auto& report : host_.engine().policies())
        if (report.name == policy_.name)
            strikes += report.strikes;
    return strikes;
}

bool PolicyObject::Quarantined() {
    return policy_.quarantined;
}

std::map<std::string, std::string> PolicyObject::Options() {
    return policy_.options;
}

} // namespace subflowd::dbus
