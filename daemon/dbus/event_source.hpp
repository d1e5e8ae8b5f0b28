// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <systemd/sd-event.h>

#include <memory>
#include <system_error>

namespace subflowd::dbus {

struct EventSourceDeleter {
    void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};

/// A source of an sd-event loop. Its end stops it, also from inside its own callback.
using EventSource = std::unique_ptr<sd_event_source, EventSourceDeleter>;

/// Turns the result of an sd-event call (a negative errno) into a std::system_error.
inline void requireEventLoop(int result, const char* what) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), what);
}

} // namespace subflowd::dbus
