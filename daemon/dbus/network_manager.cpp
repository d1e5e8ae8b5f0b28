// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/network_manager.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"

#include <tuple>
#include <utility>

namespace subflowd::dbus {

namespace {

constexpr const char* serviceNameOfManager = "org.freedesktop.NetworkManager";
constexpr const char* managerPathOfManager = "/org/freedesktop/NetworkManager";
constexpr const char* rootPath = "/org/freedesktop";
constexpr const char* deviceInterface = "org.freedesktop.NetworkManager.Device";
constexpr const char* propertiesInterface = "org.freedesktop.DBus.Properties";
constexpr const char* objectsInterface = "org.freedesktop.DBus.ObjectManager";
constexpr const char* noReply = "org.freedesktop.DBus.Error.NoReply";

/// NMDeviceState: a profile is being brought into force, and is until the device deactivates.
constexpr std::uint32_t preparing = 40;
constexpr std::uint32_t activated = 100;

using Interfaces = std::map<std::string, wire::Dictionary>;
using Objects = std::map<sdbus::ObjectPath, Interfaces>;

std::string signalOf(const std::string& sender, const std::string& rest) {
    return "type='signal',sender='" + sender + "'," + rest;
}

/// Anybody may send a signal to somebody: what is malformed, or of another sender, is none of ours.
template <class Read>
void guarded(const sdbus::Message& message, const std::string& sender, Read&& read) {
    try {
        if (message.getSender() == sender)
            read();
    } catch (const sdbus::Error&) {
        return;
    }
}

} // namespace

NetworkManager::NetworkManager(sdbus::IConnection& connection, Told told)
    : connection_(connection),
      told_(std::move(told)),
      bus_(sdbus::createProxy(connection, compat::ServiceName{busName},
                              sdbus::ObjectPath{busPath})) {
    watch();
    bus_->callMethodAsync("GetNameOwner")
        .onInterface(busName)
        .withArguments(std::string{serviceNameOfManager})
        .uponReplyInvoke([this](compat::ReplyError failure, const std::string& owner) {
            if (!failure && owner_.empty())
                ownedBy(owner);
        });
}

NetworkManager::~NetworkManager() = default;

void NetworkManager::watch() {
    const std::string manager = serviceNameOfManager;
    matches_.push_back(compat::addMatch(
        connection_, signalOf(busName, "member='NameOwnerChanged',arg0='" + manager + "'"),
        [this](sdbus::Message& message) {
            guarded(message, busName, [&] {
                std::string name;
                std::string before;
                std::string owner;
                message >> name >> before >> owner;
                ownedBy(owner);
            });
        }));
    matches_.push_back(compat::addMatch(
        connection_,
        signalOf(manager, "member='PropertiesChanged',path_namespace='/org/freedesktop'"),
        [this](sdbus::Message& message) {
            guarded(message, owner_, [&] {
                std::string interface;
                wire::Dictionary properties;
                message >> interface >> properties;
                changed(message.getPath(), interface, properties);
            });
        }));
    matches_.push_back(compat::addMatch(connection_, signalOf(manager, "member='InterfacesAdded'"),
                                        [this](sdbus::Message& message) {
                                            guarded(message, owner_, [&] {
                                                sdbus::ObjectPath path;
                                                Interfaces interfaces;
                                                message >> path >> interfaces;
                                                for (const auto& [interface, properties] :
                                                     interfaces)
                                                    changed(path, interface, properties);
                                            });
                                        }));
    matches_.push_back(compat::addMatch(connection_,
                                        signalOf(manager, "member='InterfacesRemoved'"),
                                        [this](sdbus::Message& message) {
                                            guarded(message, owner_, [&] {
                                                sdbus::ObjectPath path;
                                                message >> path;
                                                removed(path);
                                            });
                                        }));
}

/// Another NetworkManager, or none: what the former one said is void.
void NetworkManager::ownedBy(const std::string& owner) {
    owner_ = owner;
    devices_.clear();
    check_ = ConnectivityCheck::off;
    objects_.reset();
    manager_.reset();
    tell();
    if (owner_.empty())
        return;
    objects_ =
        sdbus::createProxy(connection_, compat::ServiceName{owner_}, sdbus::ObjectPath{rootPath});
    manager_ = sdbus::createProxy(connection_, compat::ServiceName{owner_},
                                  sdbus::ObjectPath{managerPathOfManager});
    askChecking();
    askAll();
}

void NetworkManager::askAll() {
    objects_->callMethodAsync("GetManagedObjects")
        .onInterface(objectsInterface)
        .uponReplyInvoke([this](compat::ReplyError failure, const Objects& objects) {
            if (failure && failure->getName() == noReply)
                return askAll(); // it hung for the time that a call may take
            for (const auto& [path, interfaces] : objects)
                for (const auto& [interface, properties] : interfaces)
                    changed(path, interface, properties);
        });
}

void NetworkManager::askChecking() {
    manager_->callMethodAsync("Get")
        .onInterface(propertiesInterface)
        .withArguments(std::string{serviceNameOfManager}, std::string{"ConnectivityCheckEnabled"})
        .uponReplyInvoke([this](compat::ReplyError failure, const sdbus::Variant& enabled) {
            if (!failure)
                changed(managerPathOfManager, serviceNameOfManager,
                        {{"ConnectivityCheckEnabled", enabled}});
        });
}

/// The profile is a value of its own, which no signal tells.
void NetworkManager::askProfile(const std::string& path) {
    auto& known = devices_[path];
    if (!known.proxy)
        known.proxy =
            sdbus::createProxy(connection_, compat::ServiceName{owner_}, sdbus::ObjectPath{path});
    known.proxy->callMethodAsync("GetAppliedConnection")
        .onInterface(deviceInterface)
        .withArguments(std::uint32_t{0})
        .uponReplyInvoke([this, path](compat::ReplyError failure, const Settings& profile,
                                      std::uint64_t /*version*/) {
            const auto device = devices_.find(path);
            if (device == devices_.end())
                return;
            take(failure ? Settings{} : profile, device->second.device);
            tell();
        });
}

void NetworkManager::changed(const std::string& path, const std::string& interface,
                             const wire::Dictionary& properties) {
    if (owner_.empty())
        return;
    if (interface == serviceNameOfManager) {
        const auto enabled = properties.find("ConnectivityCheckEnabled");
        if (enabled != properties.end() && enabled->second.containsValueOfType<bool>())
            check_ = enabled->second.get<bool>() ? ConnectivityCheck::on : ConnectivityCheck::off;
    } else if (interface == deviceInterface) {
        auto& device = devices_[path].device;
        take(properties, device);
        const bool profileMayDiffer =
            properties.contains("State") || properties.contains("ActiveConnection");
        if (profileMayDiffer && device.state < preparing)
            take(Settings{}, device);
        else if (profileMayDiffer && device.state <= activated)
            askProfile(path);
    } else {
        return;
    }
    tell();
}

void NetworkManager::removed(const std::string& path) {
    if (devices_.erase(path) > 0)
        tell();
}

void NetworkManager::tell() {
    core::LinkNotes notes;
    for (const auto& [path, known] : devices_)
        if (!known.device.link.empty())
            notes.all.push_back(noteOf(known.device, check_));
    if (notes == last_)
        return;
    last_ = notes;
    told_(last_);
}

} // namespace subflowd::dbus
