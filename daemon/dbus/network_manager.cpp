// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/network_manager.hpp"

#include "dbus/sdbus_compat.hpp"
#include "dbus/take_entry.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace subflowd::dbus {

namespace {

constexpr const char* managerInterface = "org.freedesktop.NetworkManager";
constexpr const char* networkManagerPath = "/org/freedesktop/NetworkManager";
constexpr const char* checksProperty = "ConnectivityCheckEnabled";
constexpr const char* startsProperty = "Startup";
constexpr const char* settingsInterface = "org.freedesktop.NetworkManager.Settings.Connection";
constexpr const char* deviceInterface = "org.freedesktop.NetworkManager.Device";
constexpr const char* propertiesInterface = "org.freedesktop.DBus.Properties";

} // namespace

NetworkManager::NetworkManager(sdbus::IConnection& connection, sd_event* loop, Told told)
    : told_(std::move(told)), watch_(connection, {managerInterface, "/org/freedesktop"}, *this) {
    sd_event_source* source = nullptr;
    requireEventLoop(sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 0,
                                       &NetworkManager::onPatienceOver, this),
                     "cannot add the timer of what NetworkManager says");
    patience_.reset(source);
    sd_event_source_set_enabled(patience_.get(), SD_EVENT_OFF);
    watch_.follow("Updated", [this](const std::string& path) { askSaved(path); });
}

NetworkManager::~NetworkManager() = default;

/// Another NetworkManager, or none. What the former one said stands until this one has had its say,
/// or long enough.
void NetworkManager::ownerChanged(const std::string& owner) {
    devices_.clear();
    saved_.clear();
    check_ = ConnectivityCheck::off;
    starting_ = true;
    devicesKnown_ = false;
    manager_.reset();
    keeping_ = !last_.all.empty();
    if (keeping_)
        wait(owner.empty() ? untilGone : untilStarted);
    if (owner.empty())
        return;
    manager_ = watch_.proxyFor(networkManagerPath);
    askFlag(checksProperty);
    askFlag(startsProperty);
}

void NetworkManager::wait(std::chrono::seconds patience) {
    const auto usec = std::chrono::duration_cast<std::chrono::microseconds>(patience).count();
    sd_event_source_set_time_relative(patience_.get(), static_cast<std::uint64_t>(usec));
    sd_event_source_set_enabled(patience_.get(), SD_EVENT_ONESHOT);
}

int NetworkManager::onPatienceOver(sd_event_source*, std::uint64_t, void* self) {
    auto& manager = *static_cast<NetworkManager*>(self);
    manager.keeping_ = false;
    manager.forgetGone();
    manager.tell();
    return 0;
}

bool NetworkManager::hasStarted() const {
    return devicesKnown_ && !starting_ &&
           std::ranges::all_of(devices_, [](const auto& each) { return each.second.asked == 0; });
}

/// Asks for a property of its own that is true or false. It may have its name before it has
/// properties; then they are told once it has.
void NetworkManager::askFlag(const char* property) {
    manager_->callMethodAsync("Get")
        .onInterface(propertiesInterface)
        .withArguments(std::string{managerInterface}, std::string{property})
        .uponReplyInvoke([this, property](compat::ReplyError failure, const sdbus::Variant& value) {
            if (!failure)
                changed(networkManagerPath, managerInterface, {{property, value}});
        });
}

/// The profile is a value of its own, which no signal tells.
void NetworkManager::askProfile(const std::string& path) {
    auto& known = devices_[path];
    if (!known.proxy)
        known.proxy = watch_.proxyFor(path);
    ++known.asked;
    known.proxy->callMethodAsync("GetAppliedConnection")
        .onInterface(deviceInterface)
        .withArguments(std::uint32_t{0})
        .uponReplyInvoke([this, path](compat::ReplyError failure, const Settings& profile,
                                      std::uint64_t /*version*/) {
            const auto device = devices_.find(path);
            if (device == devices_.end())
                return;
            --device->second.asked;
            take(failure ? Settings{} : profile, device->second.device);
            tell();
        });
}

/// A profile was edited. That it is applied again no signal tells, so it counts as it is saved.
void NetworkManager::askSaved(const std::string& path) {
    auto& proxy = saved_[path];
    if (!proxy)
        proxy = watch_.proxyFor(path);
    proxy->callMethodAsync("GetSettings")
        .onInterface(settingsInterface)
        .uponReplyInvoke([this](compat::ReplyError failure, const Settings& profile) {
            const auto uuid = failure ? std::string{} : uuidOf(profile);
            for (auto& [device, known] : devices_)
                if (!uuid.empty() && known.device.profile == uuid)
                    take(profile, known.device);
            tell();
        });
}

void NetworkManager::changed(const std::string& path, const std::string& interface,
                             const wire::Dictionary& properties) {
    if (interface == managerInterface)
        takeFlags(properties);
    else if (interface == deviceInterface)
        takeDevice(path, properties);
    else
        return;
    tell();
}

void NetworkManager::takeFlags(const wire::Dictionary& properties) {
    if (bool checks = false; takeEntry(properties, checksProperty, checks))
        check_ = checks ? ConnectivityCheck::on : ConnectivityCheck::off;
    takeEntry(properties, startsProperty, starting_);
}

void NetworkManager::takeDevice(const std::string& path, const wire::Dictionary& properties) {
    auto& device = devices_[path].device;
    take(properties, device);
    const bool profileMayDiffer =
        properties.contains("State") || properties.contains("ActiveConnection");
    if (profileMayDiffer && device.state < device_state::preparing)
        forgetProfile(device);
    else if (profileMayDiffer && device.state <= device_state::activated)
        askProfile(path);
}

void NetworkManager::removed(const std::string& path,
                             const std::vector<std::string>& /*interfaces*/) {
    const auto device = devices_.find(path);
    if (device == devices_.end())
        return;
    device->second.gone = true;
    if (!keeping_)
        wait(untilForgotten);
}

void NetworkManager::forgetGone() {
    std::erase_if(devices_, [](const auto& each) { return each.second.gone; });
}

void NetworkManager::allKnown() {
    devicesKnown_ = true;
    tell();
}

void NetworkManager::tell() {
    if (keeping_ && !hasStarted())
        return;
    if (std::exchange(keeping_, false))
        forgetGone();
    core::LinkNotes notes;
    for (const auto& [path, known] : devices_)
        if (auto note = noteOf(known.device, check_); !note.link.empty())
            notes.all.push_back(std::move(note));
    if (notes == last_)
        return;
    last_ = notes;
    told_(last_);
}

} // namespace subflowd::dbus
