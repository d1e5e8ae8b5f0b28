// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/link_notes.hpp"
#include "dbus/device_notes.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace subflowd::dbus {

/// Follows what NetworkManager says of links, if it is there. Nothing waits for it: it may be
/// absent, come late, restart or hang. It is never started by this, because its messages go to the
/// owner of its name, and only while there is one.
class NetworkManager {
  public:
    using Told = std::function<void(const core::LinkNotes&)>;

    /// Calls `told` whenever what there is to say is another. The connection must outlive it.
    NetworkManager(sdbus::IConnection& connection, Told told);
    ~NetworkManager();

  private:
    struct Known {
        Device device;
        std::unique_ptr<sdbus::IProxy> proxy;
    };

    void watch();
    void ownedBy(const std::string& owner);
    void askAll();
    void askChecking();
    void askProfile(const std::string& path);
    void changed(const std::string& path, const std::string& interface,
                 const wire::Dictionary& properties);
    void removed(const std::string& path);
    void tell();

    sdbus::IConnection& connection_;
    Told told_;
    std::vector<sdbus::Slot> matches_;
    std::unique_ptr<sdbus::IProxy> bus_;
    std::string owner_; ///< its unique name; empty: it is not there
    std::unique_ptr<sdbus::IProxy> objects_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::map<std::string, Known> devices_; ///< by their paths
    ConnectivityCheck check_ = ConnectivityCheck::off;
    core::LinkNotes last_;
};

} // namespace subflowd::dbus
