// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/event_source.hpp"
#include "dbus/file_descriptor.hpp"
#include "dbus/host.hpp"
#include "dbus/link_object.hpp"
#include "dbus/policy_object.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <memory>
#include <string>

namespace subflowd::dbus {

/// The objects of links and policies, which come and go with them. Whatever happens in a moment
/// is told at once: a storm of changes costs a comparison every tenth of a second.
class Objects {
  public:
    /// All must outlive it. Throws sdbus::Error, std::system_error.
    Objects(sdbus::IConnection& connection, sd_event* loop, Host& host);

    /// Something of links or policies may be other than it was.
    void mayHaveChanged();

  private:
    void refresh();
    static int onTime(sd_event_source*, int timer, std::uint32_t, void* self);

    sdbus::IConnection& connection_;
    Host& host_;
    std::map<std::string, std::unique_ptr<LinkObject>> links_;
    std::map<std::string, std::unique_ptr<PolicyObject>> policies_;
    FileDescriptor timer_; ///< one of the loop's own would have to be armed from inside the loop
    EventSource source_;
    bool awaited_ = false;
};

} // namespace subflowd::dbus
