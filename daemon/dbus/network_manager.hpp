// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/link_notes.hpp"
#include "dbus/device_notes.hpp"
#include "dbus/event_source.hpp"
#include "dbus/object_watch.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace subflowd::dbus {

/// Follows what NetworkManager says of links, if it is there. While it restarts, its word stands:
/// it would be taken back and given again within a second, and every subflow with it.
class NetworkManager final : private ObjectWatch::Listener {
  public:
    using Told = std::function<void(const core::LinkNotes&)>;

    /// How long its word stands once it is gone, and how long another one may take to start.
    static constexpr std::chrono::seconds untilGone{5};
    static constexpr std::chrono::seconds untilStarted{10};

    /// How long it stands about a device that is gone: an end of NetworkManager begins with that.
    static constexpr std::chrono::seconds untilForgotten{1};

    /// Calls `told` whenever what there is to say is another. The connection and the loop must
    /// outlive it.
    NetworkManager(sdbus::IConnection& connection, sd_event* loop, Told told);
    ~NetworkManager() override;

  private:
    struct Known {
        Device device;
        std::unique_ptr<sdbus::IProxy> proxy;
        int asked = 0; ///< for its profile, without an answer yet
        bool gone = false;
    };

    static int onPatienceOver(sd_event_source* source, std::uint64_t usec, void* self);

    void ownerChanged(const std::string& owner) override;
    void changed(const std::string& path, const std::string& interface,
                 const wire::Dictionary& properties) override;
    void removed(const std::string& path, const std::vector<std::string>& interfaces) override;
    void allKnown() override;
    void wait(std::chrono::seconds patience);
    bool hasStarted() const;
    void forgetGone();
    void askFlag(const char* property);
    void askProfile(const std::string& path);
    void askSaved(const std::string& path);
    void takeFlags(const wire::Dictionary& properties);
    void takeDevice(const std::string& path, const wire::Dictionary& properties);
    void tell();

    Told told_;
    std::unique_ptr<sdbus::IProxy> manager_;
    std::map<std::string, Known> devices_;                        ///< by their paths
    std::map<std::string, std::unique_ptr<sdbus::IProxy>> saved_; ///< profiles that were changed
    ConnectivityCheck check_ = ConnectivityCheck::off;
    bool starting_ = false;     ///< it has not done yet what it does at its start
    bool devicesKnown_ = false; ///< it answered which there are
    core::LinkNotes last_;
    bool keeping_ = false; ///< what the former one said stands
    EventSource patience_;
    ObjectWatch watch_;
};

} // namespace subflowd::dbus
