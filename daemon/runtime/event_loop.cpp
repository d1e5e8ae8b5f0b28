// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <string>
#include <system_error>
#include <utility>

namespace subflowd::runtime {

namespace {

/// More than there are descriptors.
constexpr int mostReady = 16;

int check(int result, const char* what) {
    if (result < 0)
        throw std::system_error(-result, std::generic_category(),
                                std::string{"cannot "} + what + " in the event loop");
    return result;
}

int checkErrno(int result, const char* what) {
    return check(result < 0 ? -errno : result, what);
}

} // namespace

struct EventLoop::Source {
    std::function<void()> callback;
    Turn turn = Turn::rest;
    sd_event_source* slow = nullptr;

    Source(std::function<void()> function, Turn order)
        : callback(std::move(function)), turn(order) {}

    ~Source() { sd_event_source_unref(slow); }

    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
};

EventLoop::EventLoop() {
    check(sd_event_default(&slow_), "start");
    epoll_ = checkErrno(epoll_create1(EPOLL_CLOEXEC), "start");
    timer_ =
        checkErrno(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "make a timer");
    add(timer_, Turn::timer, [this] { onTimer(); });
    add(sd_event_get_fd(slow_), Turn::rest, [this] { serveSlow(); });
}

EventLoop::~EventLoop() {
    sources_.clear();
    close(timer_);
    close(epoll_);
    sd_event_unref(slow_);
}

void EventLoop::add(int fd, Turn turn, std::function<void()> callback) {
    auto& source = *sources_.emplace_back(std::make_unique<Source>(std::move(callback), turn));
    epoll_event interest{EPOLLIN, {.ptr = &source}};
    checkErrno(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest), "watch a descriptor");
}

void EventLoop::watch(int fd, Turn turn, std::function<void()> callback) {
    add(fd, turn, std::move(callback));
}

void EventLoop::watchSignal(int signal, std::function<void()> callback) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    auto& source =
        *sources_.emplace_back(std::make_unique<Source>(std::move(callback), Turn::rest));
    const auto handler = [](sd_event_source*, const signalfd_siginfo*, void* data) {
        static_cast<Source*>(data)->callback();
        return 0;
    };
    check(sd_event_add_signal(slow_, &source.slow, signal, handler, &source), "watch a signal");
}

void EventLoop::setTimerCallback(std::function<void()> callback) {
    onTimer_ = std::move(callback);
}

/// A timer that is set earlier than needed stays: moving it costs a system call each time, and
/// nearly every command has its answer long before its deadline.
void EventLoop::wakeBy(Instant when) {
    if (when >= timerAt_)
        return;
    timerAt_ = when;
    // A moment that is past must not be written as 0, which would stop the timer.
    const auto time = std::max(when.time_since_epoch(), Duration{1});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    itimerspec setting{};
    setting.it_value.tv_sec = seconds.count();
    setting.it_value.tv_nsec = (time - seconds).count();
    checkErrno(timerfd_settime(timer_, TFD_TIMER_ABSTIME, &setting, nullptr), "set a timer");
}

void EventLoop::onTimer() {
    std::uint64_t expirations = 0;
    if (read(timer_, &expirations, sizeof expirations) < 0)
        return; // moved meanwhile
    timerAt_ = never;
    onTimer_();
}

void EventLoop::enableWatchdog() {
    check(sd_event_set_watchdog(slow_, 1), "answer the watchdog");
}

/// The slow loop says itself when it is ready, as long as it is armed.
void EventLoop::prepareSlow() {
    while (!slowIsArmed_) {
        if (check(sd_event_prepare(slow_), "prepare") > 0)
            check(sd_event_dispatch(slow_), "serve");
        else
            slowIsArmed_ = true;
    }
}

void EventLoop::serveSlow() {
    prepareSlow();
    slowIsArmed_ = false;
    if (check(sd_event_wait(slow_, 0), "wait") > 0)
        check(sd_event_dispatch(slow_), "serve");
}

/// How many are ready.
int EventLoop::look(std::span<epoll_event> ready, int milliseconds) {
    const auto most = static_cast<int>(ready.size());
    while (awakeUntil_ != Instant{}) {
        if (const int count = epoll_wait(epoll_, ready.data(), most, 0); count != 0)
            return count;
        if (const auto time = now(); time >= awakeUntil_) {
            awakeUntil_ = {};
            onDoze_(time);
        }
    }
    return epoll_wait(epoll_, ready.data(), most, milliseconds);
}

void EventLoop::wait(int milliseconds) {
    prepareSlow();
    if (exiting_)
        return;
    std::array<epoll_event, mostReady> ready;
    const int count = look(ready, milliseconds);
    if (count < 0 && errno != EINTR)
        checkErrno(count, "wait");
    const auto end = ready.begin() + std::max(count, 0);
    const auto sourceOf = [](const epoll_event& event) {
        return static_cast<Source*>(event.data.ptr);
    };
    if (count > 1)
        std::ranges::sort(ready.begin(), end, {},
                          [&](const epoll_event& event) { return sourceOf(event)->turn; });
    for (auto at = ready.begin(); at != end; ++at)
        sourceOf(*at)->callback();
}

void EventLoop::runOnce(Duration longest) {
    wait(static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(longest).count()));
}

void EventLoop::run() {
    serveSlow(); // sources that were added while it was armed count from now on
    while (!exiting_)
        wait(-1);
}

Instant EventLoop::now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return Instant{std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)};
}

} // namespace subflowd::runtime
