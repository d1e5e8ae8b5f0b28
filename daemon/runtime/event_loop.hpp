// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/time.hpp>

#include <systemd/sd-event.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

struct epoll_event;

namespace subflowd::runtime {

/// Waits for everything at once, on one thread. The sockets of the kernel and the timer are waited
/// for directly; signals, the bus and the watchdog live in an sd-event loop, which is one more
/// descriptor here. So the way from an event of the kernel to its command is as short as it can
/// be, and the rest has sd-event's comforts.
class EventLoop {
  public:
    /// Which of several ready descriptors goes first.
    enum class Turn : std::uint8_t { kernelEvents, timer, answers, network, rest };

    EventLoop();
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Calls back whenever a descriptor is readable. The descriptor must outlive the loop's runs.
    void watch(int fd, Turn turn, std::function<void()> callback);

    /// Calls back when a signal comes. Blocks the signal for the process.
    void watchSignal(int signal, std::function<void()> callback);

    /// The one timer: calls back at the latest when asked for, perhaps earlier; then it has to be
    /// asked again.
    void setTimerCallback(std::function<void()> callback);
    void wakeBy(Instant when);

    /// Until then the loop looks for what is ready without sleeping; a moment that is past ends
    /// that. When it is reached, the callback is called once.
    void stayAwake(Instant until) { awakeUntil_ = until; }

    void setDozeCallback(std::function<void(Instant)> callback) { onDoze_ = std::move(callback); }

    /// Answers the service manager's watchdog, if there is one.
    void enableWatchdog();

    /// Waits until something is ready, for at most this long, and serves it.
    void runOnce(Duration longest);

    /// Runs until exit().
    void run();

    void exit() { exiting_ = true; }

    static Instant now();

    /// For the bus.
    sd_event* raw() const { return slow_; }

  private:
    struct Source;

    void add(int fd, Turn turn, std::function<void()> callback);
    void wait(int milliseconds);
    int look(std::span<epoll_event> ready, int milliseconds);
    void prepareSlow();
    void serveSlow();
    void onTimer();

    sd_event* slow_ = nullptr;
    int epoll_ = -1;
    int timer_ = -1;
    std::vector<std::unique_ptr<Source>> sources_;
    std::function<void()> onTimer_;
    std::function<void(Instant)> onDoze_;
    Instant timerAt_ = never;
    Instant awakeUntil_{};
    bool slowIsArmed_ = false;
    bool exiting_ = false;
};

} // namespace subflowd::runtime
