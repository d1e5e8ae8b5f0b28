// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/event_source.hpp"

#include <sdbus-c++/IConnection.h>

#include <functional>
#include <string>

namespace subflowd::dbus {

/// Drives a bus connection from an sd-event loop. sdbus-c++ 2.x could attach itself, but it lets
/// exceptions out into the loop when the bus goes away, and 1.2 cannot at all.
class BusSource {
  public:
    /// Called once when the bus went away; nothing is processed any more.
    using Lost = std::function<void(const std::string& why)>;

    /// Both must outlive the source. Throws std::system_error.
    BusSource(sdbus::IConnection& connection, sd_event* loop, Lost lost);
    BusSource(const BusSource&) = delete;
    BusSource& operator=(const BusSource&) = delete;

  private:
    static int onPrepare(sd_event_source* source, void* self);
    static int onReadable(sd_event_source* source, int fd, std::uint32_t events, void* self);
    static int onDeadline(sd_event_source* source, std::uint64_t usec, void* self);

    void prepare();
    void process();
    template <class Step>
    void guarded(Step step);

    sdbus::IConnection& connection_;
    Lost lost_;
    EventSource io_;
    EventSource deadline_;
};

} // namespace subflowd::dbus
