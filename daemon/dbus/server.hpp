// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "dbus/host.hpp"

#include <systemd/sd-event.h>

#include <memory>
#include <span>
#include <string>

/// org.subflowd1 on a bus: what the daemon shows of itself, and how it is steered.
namespace subflowd::dbus {

/// Where the service is.
struct Place {
    std::string bus;  ///< "system", "session", or an address such as "unix:path=/run/lab/bus"
    std::string name; ///< serviceName, or an instanceName
};

/// The D-Bus service. Runs on the loop's thread alone; nothing in it waits for the bus or for a
/// reader once it is constructed.
class Server {
  public:
    /// Connects to `place.bus`, exports the objects, then takes `place.name`. The loop and the host
    /// must outlive the server. Throws std::runtime_error with a sentence that says what to do: no
    /// bus there, the name is taken, or the bus does not allow it.
    Server(const Place& place, sd_event* loop, Host& host);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Tells the open monitors what changed at `when` (on Host::now()'s clock). Costs nothing
    /// while there is none.
    void publish(std::span<const core::Change> changes, Instant when);

    /// Links or policies may be other than they were: their objects follow, a little later.
    void objectsMayHaveChanged();

  private:
    class Service;
    std::unique_ptr<Service> service_;
};

} // namespace subflowd::dbus
