// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/manager.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/encode.hpp"

namespace subflowd::dbus {

Manager::Manager(sdbus::IConnection& connection, Host& host, Monitors& monitors)
    : AdaptorInterfaces(connection, sdbus::ObjectPath{managerPath}),
      host_(host),
      monitors_(monitors),
      authority_(connection) {
    registerAdaptor();
}

Manager::~Manager() {
    unregisterAdaptor();
}

std::string Manager::Version() {
    return host_.status().version;
}

std::string Manager::Mode() {
    return host_.status().mode;
}

std::vector<std::string> Manager::KernelFeatures() {
    return host_.status().kernelFeatures;
}

wire::Dictionary Manager::GetStatus() {
    return encode(host_.status(), host_.engine());
}

std::vector<wire::Link> Manager::ListLinks() {
    std::vector<wire::Link> links;
    for (const auto& link : host_.engine().links())
        links.push_back(encode(link));
    return links;
}

} // namespace subflowd::dbus
