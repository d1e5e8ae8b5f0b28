// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/input.hpp"
#include "dbus/reader_socket.hpp"
#include "recording/entry.hpp"

#include <systemd/sd-event.h>

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace subflowd::runtime {

/// Writes what the core is told, and what it asks of the kernel, for somebody who records. While
/// nobody does it costs a comparison each step.
class Recorder {
  public:
    /// The loop must outlive it. `gapTold` is called when the reader was told that lines were lost,
    /// from inside the loop.
    Recorder(sd_event* loop, std::function<void()> gapTold)
        : loop_(loop), gapTold_(std::move(gapTold)) {}

    bool isOn() const { return reader_ != nullptr; }

    /// Begins, and returns the reader's end. Throws std::system_error.
    dbus::FileDescriptor open(const recording::Header& header);

    void write(Instant when, const core::Input& input);
    void write(Instant when, const core::KernelEvent& event);
    void write(Instant when, const recording::Configured& configured);
    void write(Instant when, const std::vector<core::IssuedCommand>& commands);

    /// Whether lines were lost, so that everything has to be listed again. Once for each time.
    bool takeGap() { return std::exchange(gap_, false); }

  private:
    bool isOfOlderSnapshot(const core::Input& input);
    void send(std::string_view line);

    sd_event* loop_;
    std::function<void()> gapTold_;
    std::unique_ptr<dbus::ReaderSocket> reader_;
    bool snapshotBegun_ = false; ///< since the recording began
    bool gap_ = false;
    Instant last_{};
};

} // namespace subflowd::runtime
