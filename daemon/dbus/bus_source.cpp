// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/bus_source.hpp"

#include "dbus/sdbus_compat.hpp"

#include <ctime>
#include <utility>

namespace subflowd::dbus {

namespace {

/// The kernel's events must never wait for a flood of calls: they come first, and not more than
/// this many messages are served in between.
constexpr int messagesPerTurn = 16;
constexpr std::int64_t priority = SD_EVENT_PRIORITY_NORMAL + 50;

} // namespace

BusSource::BusSource(sdbus::IConnection& connection, sd_event* loop, Lost lost)
    : connection_(connection), lost_(std::move(lost)) {
    const auto poll = connection.getEventLoopPollData();
    sd_event_source* source = nullptr;
    requireEventLoop(sd_event_add_io(loop, &source, poll.fd,
                                     static_cast<std::uint32_t>(poll.events),
                                     &BusSource::onReadable, this),
                     "cannot watch the bus connection");
    io_.reset(source);
    requireEventLoop(
        sd_event_add_time(loop, &source, CLOCK_MONOTONIC, 0, 1, &BusSource::onDeadline, this),
        "cannot add the timer of the bus connection");
    deadline_.reset(source);
    sd_event_source_set_priority(io_.get(), priority);
    sd_event_source_set_priority(deadline_.get(), priority);
    requireEventLoop(sd_event_source_set_prepare(io_.get(), &BusSource::onPrepare),
                     "cannot prepare the bus connection");
}

/// Runs a step of sdbus-c++; its exceptions mean that the bus is gone.
template <class Step>
void BusSource::guarded(Step step) {
    try {
        step();
    } catch (const sdbus::Error& error) {
        io_.reset();
        deadline_.reset();
        if (const auto lost = std::exchange(lost_, nullptr))
            lost(error.getMessage());
    }
}

void BusSource::prepare() {
    const auto poll = connection_.getEventLoopPollData();
    sd_event_source_set_io_events(io_.get(), static_cast<std::uint32_t>(poll.events));
    const auto deadline = compat::pollDeadline(poll);
    sd_event_source_set_time(deadline_.get(), deadline);
    sd_event_source_set_enabled(deadline_.get(),
                                deadline == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

void BusSource::process() {
    for (int served = 0; served < messagesPerTurn && compat::processOne(connection_); ++served)
        ;
}

int BusSource::onPrepare(sd_event_source*, void* self) {
    auto& source = *static_cast<BusSource*>(self);
    source.guarded([&source] { source.prepare(); });
    return 0;
}

int BusSource::onReadable(sd_event_source*, int, std::uint32_t, void* self) {
    auto& source = *static_cast<BusSource*>(self);
    source.guarded([&source] { source.process(); });
    return 0;
}

int BusSource::onDeadline(sd_event_source*, std::uint64_t, void* self) {
    auto& source = *static_cast<BusSource*>(self);
    source.guarded([&source] { source.process(); });
    return 0;
}

} // namespace subflowd::dbus
