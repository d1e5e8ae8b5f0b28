// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/object_watch.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"

#include <utility>

namespace subflowd::dbus {

namespace {

constexpr const char* noReply = "org.freedesktop.DBus.Error.NoReply";

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

ObjectWatch::ObjectWatch(sdbus::IConnection& connection, const Service& service, Listener& listener)
    : connection_(connection),
      service_(service),
      below_(std::string{",path_namespace='"} + service.root + "'"),
      listener_(listener),
      bus_(sdbus::createProxy(connection, compat::ServiceName{busName},
                              sdbus::ObjectPath{busPath})) {
    watch();
    bus_->callMethodAsync("GetNameOwner")
        .onInterface(busName)
        .withArguments(std::string{service_.name})
        .uponReplyInvoke([this](compat::ReplyError failure, const std::string& owner) {
            if (!failure && owner_.empty())
                ownedBy(owner);
        });
}

void ObjectWatch::onSignal(const std::string& rest, Handler handler) {
    matches_.push_back(
        compat::addMatch(connection_, signalOf(service_.name, rest),
                         [this, handler = std::move(handler)](sdbus::Message& message) {
                             guarded(message, owner_, [&] { handler(message); });
                         }));
}

void ObjectWatch::watch() {
    const std::string name = service_.name;
    matches_.push_back(compat::addMatch(
        connection_, signalOf(busName, "member='NameOwnerChanged',arg0='" + name + "'"),
        [this](sdbus::Message& message) {
            guarded(message, busName, [&] {
                std::string changedName;
                std::string before;
                std::string owner;
                message >> changedName >> before >> owner;
                ownedBy(owner);
            });
        }));
    onSignal("member='PropertiesChanged'" + below_, [this](sdbus::Message& message) {
        std::string interface;
        wire::Dictionary properties;
        message >> interface >> properties;
        listener_.changed(message.getPath(), interface, properties);
    });
    onSignal("member='InterfacesAdded'", [this](sdbus::Message& message) {
        sdbus::ObjectPath path;
        Interfaces interfaces;
        message >> path >> interfaces;
        tell(path, interfaces);
    });
    onSignal("member='InterfacesRemoved'", [this](sdbus::Message& message) {
        sdbus::ObjectPath path;
        std::vector<std::string> interfaces;
        message >> path >> interfaces;
        listener_.removed(path, interfaces);
    });
}

void ObjectWatch::follow(const std::string& member,
                         std::function<void(const std::string&)> handler) {
    onSignal(
        "member='" + member + "'" + below_,
        [handler = std::move(handler)](sdbus::Message& message) { handler(message.getPath()); });
}

std::unique_ptr<sdbus::IProxy> ObjectWatch::proxyFor(const std::string& path) const {
    return sdbus::createProxy(connection_, compat::ServiceName{owner_}, sdbus::ObjectPath{path});
}

void ObjectWatch::ownedBy(const std::string& owner) {
    owner_ = owner;
    objects_.reset();
    listener_.ownerChanged(owner_);
    if (owner_.empty())
        return;
    objects_ = proxyFor(service_.root);
    askAll();
}

void ObjectWatch::askAll() {
    objects_->callMethodAsync("GetManagedObjects")
        .onInterface(objectsInterface)
        .uponReplyInvoke([this](compat::ReplyError failure, const wire::ManagedObjects& objects) {
            if (failure && failure->getName() == noReply)
                return askAll(); // it hung for the time that a call may take
            for (const auto& [path, interfaces] : objects)
                tell(path, interfaces);
            listener_.allKnown();
        });
}

void ObjectWatch::tell(const std::string& path, const Interfaces& interfaces) {
    for (const auto& [interface, properties] : interfaces)
        listener_.changed(path, interface, properties);
}

} // namespace subflowd::dbus
