// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/server.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/bus_source.hpp"
#include "dbus/manager.hpp"
#include "dbus/modem_manager.hpp"
#include "dbus/monitor_json.hpp"
#include "dbus/monitors.hpp"
#include "dbus/network_manager.hpp"
#include "dbus/objects.hpp"
#include "dbus/sdbus_compat.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <vector>

namespace subflowd::dbus {

namespace {

std::unique_ptr<sdbus::IConnection> connect(const std::string& bus) {
    try {
        return compat::openBus(bus);
    } catch (const sdbus::Error& error) {
        throw std::runtime_error("Cannot connect to the D-Bus '" + bus + "' (" +
                                 error.getMessage() + "): start it, or choose another with --bus.");
    }
}

bool isTaken(const sdbus::Error& error) {
    const std::string& name = error.getName();
    return name == "org.freedesktop.DBus.Error.FileExists" || name == "System.Error.EEXIST";
}

void takeName(sdbus::IConnection& connection, const Place& place) {
    const auto& [bus, name] = place;
    try {
        connection.requestName(compat::ServiceName{name});
    } catch (const sdbus::Error& error) {
        if (isTaken(error))
            throw std::runtime_error("Another daemon has the name " + name + " on the D-Bus '" +
                                     bus +
                                     "': stop it, or run this one with --instance, or choose "
                                     "another bus with --bus.");
        throw std::runtime_error("The D-Bus '" + bus + "' does not give the name " + name + " (" +
                                 error.getMessage() + "): run as root and install the bus policy " +
                                 serviceName + ".conf.");
    }
}

bool isOfLink(const core::Change& change) {
    return change.kind == core::Change::Kind::linkUsable ||
           change.kind == core::Change::Kind::linkUnusable;
}

/// The names of the links, asked of the engine at the first change that needs one.
class LinkNames {
  public:
    explicit LinkNames(const core::Engine& engine) : engine_(engine) {}

    std::string_view operator()(LinkIndex link) {
        if (link == noLink)
            return {};
        if (links_.empty())
            links_ = engine_.links();
        const auto at = std::ranges::find(links_, link, &core::LinkReport::index);
        return at == links_.end() ? std::string_view{} : std::string_view{at->name};
    }

  private:
    const core::Engine& engine_;
    std::vector<core::LinkReport> links_;
};

} // namespace

class Server::Service {
  public:
    Service(const Place& place, sd_event* loop, Host& host)
        : host_(host),
          monitors_(loop, [&host](Token token) { return host.ownerOf(token); }),
          connection_(connect(place.bus)),
          manager_(*connection_, host, monitors_),
          objects_(*connection_, loop, host) {
        takeName(*connection_, place);
        if (place.name == serviceName)
            listenToNetworkManagers(loop);
        source_.emplace(*connection_, loop, [&host](const std::string& why) { host.busLost(why); });
    }

    Objects& objects() { return objects_; }

    void publish(std::span<const core::Change> changes, Instant when) {
        if (std::ranges::any_of(changes, isOfLink))
            objects_.mayHaveChanged();
        if (monitors_.empty())
            return;
        const auto time = wallTime(when);
        LinkNames nameOfLink{host_.engine()};
        for (const auto& change : changes)
            monitors_.send(change, monitorLine(change, nameOfLink(change.link), time));
    }

  private:
    /// They speak of the links of the host, which may be called like those of another namespace.
    void listenToNetworkManagers(sd_event* loop) {
        networkManager_.emplace(*connection_, loop, [this](const core::LinkNotes& notes) {
            notes_ = notes;
            annotate();
        });
        modemManager_.emplace(*connection_, [this](const Roaming& roaming) {
            roaming_ = roaming;
            annotate();
        });
    }

    void annotate() { host_.annotate(withRoaming(notes_, roaming_)); }

    /// The clocks cannot be read at once, so their difference is taken anew only when somebody set
    /// the wall clock: the times of a monitor keep the order of what happened.
    WallTime wallTime(Instant when) {
        using namespace std::chrono;
        const auto difference =
            system_clock::now().time_since_epoch() - host_.now().time_since_epoch();
        if (abs(difference - wallClockAhead_) > milliseconds{1})
            wallClockAhead_ = difference;
        return WallTime{
            duration_cast<WallTime::duration>(when.time_since_epoch() + wallClockAhead_)};
    }

    Host& host_;
    Duration wallClockAhead_{};
    Monitors monitors_;
    std::unique_ptr<sdbus::IConnection> connection_;
    Manager manager_;
    Objects objects_;
    core::LinkNotes notes_; ///< NetworkManager's
    Roaming roaming_;
    std::optional<NetworkManager> networkManager_;
    std::optional<ModemManager> modemManager_;
    std::optional<BusSource> source_;
};

Server::Server(const Place& place, sd_event* loop, Host& host)
    : service_(std::make_unique<Service>(place, loop, host)) {}

Server::~Server() = default;

void Server::objectsMayHaveChanged() {
    service_->objects().mayHaveChanged();
}

void Server::publish(std::span<const core::Change> changes, Instant when) {
    service_->publish(changes, when);
}

} // namespace subflowd::dbus
