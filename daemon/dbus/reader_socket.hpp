// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/event_source.hpp"
#include "dbus/file_descriptor.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace subflowd::dbus {

/// This end of a socket that somebody reads lines from, a line each packet. The socket's buffer is
/// the queue: nothing is queued here and nothing ever waits for the reader, who loses lines if it
/// is too slow and is told how many, once there is room.
class ReaderSocket {
  public:
    /// What became of a line.
    enum class Delivery : std::uint8_t { done, lost, readerGone };

    /// What is called back, from the loop.
    struct Callbacks {
        std::function<std::string(std::uint64_t)> lossLine; ///< that says how many were lost
        std::function<void()> gone;                         ///< may destroy the socket
    };

    /// Both ends of a new one, this one first. Throws std::system_error.
    static std::pair<FileDescriptor, FileDescriptor> makePair();

    /// The loop must outlive it. Throws std::system_error.
    ReaderSocket(sd_event* loop, FileDescriptor socket, int queueBytes, Callbacks callbacks);

    Delivery send(std::string_view line);

  private:
    Delivery push(std::string_view line);
    Delivery tellLoss();
    static int onReady(sd_event_source*, int, std::uint32_t events, void* self);

    FileDescriptor socket_;
    EventSource source_;
    Callbacks callbacks_;
    std::uint64_t lost_ = 0;
};

} // namespace subflowd::dbus
