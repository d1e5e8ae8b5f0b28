// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/file_descriptor.hpp"
#include "dbus/filter.hpp"
#include "dbus/sight.hpp"

#include <systemd/sd-event.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace subflowd::dbus {

class Monitor;

/// The readers of what changes. Each has a socket whose buffer is its queue: nothing is queued
/// here and nothing ever waits for a reader.
class Monitors {
  public:
    /// More than enough for people, few enough to leave the daemon its file descriptors.
    static constexpr std::size_t most = 32;

    /// The loop must outlive the monitors. `ownerOf` is asked for monitors of somebody's own
    /// connections alone.
    Monitors(sd_event* loop, OwnChanges::OwnerOf ownerOf);
    ~Monitors();
    Monitors(const Monitors&) = delete;
    Monitors& operator=(const Monitors&) = delete;

    bool empty() const { return monitors_.empty(); }

    std::size_t size() const { return monitors_.size(); }

    /// Opens one more and returns the reader's end: SOCK_SEQPACKET, a line each packet. A reader
    /// that closed it is forgotten. With `own`, it tells of those connections alone. Throws
    /// std::system_error.
    FileDescriptor open(const ChangeFilter& filter, std::optional<OwnChanges> own = std::nullopt);

    /// Sends a line to those who want the change, or notes for them that it was lost.
    void send(const core::Change& change, std::string_view line);

  private:
    friend class Monitor;
    void forget(const Monitor& monitor);

    sd_event* loop_;
    OwnChanges::OwnerOf ownerOf_;
    std::vector<std::unique_ptr<Monitor>> monitors_;
};

} // namespace subflowd::dbus
