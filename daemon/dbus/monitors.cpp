// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/monitors.hpp"

#include "dbus/event_source.hpp"
#include "dbus/monitor_json.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace subflowd::dbus {

namespace {

/// A thousand lines and more; beyond net.core.wmem_max, which only a privileged process may pass.
constexpr int queueBytes = 1 << 20;

void enlargeQueue(int fd) {
    if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &queueBytes, sizeof queueBytes) < 0)
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &queueBytes, sizeof queueBytes);
}

} // namespace

/// One reader.
class Monitor {
  public:
    /// What became of a line.
    enum class Delivery { done, lost, readerGone };

    Monitor(Monitors& all, FileDescriptor socket, const ChangeFilter& filter)
        : all_(all), socket_(std::move(socket)), filter_(filter) {
        enlargeQueue(socket_.get());
        sd_event_source* source = nullptr;
        requireEventLoop(
            sd_event_add_io(all.loop_, &source, socket_.get(), onlyHangUp, &Monitor::onReady, this),
            "cannot watch a monitor's socket");
        source_.reset(source);
        sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
    }

    Delivery send(const core::Change& change, std::string_view line) {
        if (!matches(filter_, change))
            return Delivery::done;
        const auto delivery = lost_ > 0 ? Delivery::lost : push(line);
        if (delivery == Delivery::lost && ++lost_ == 1)
            sd_event_source_set_io_events(source_.get(), EPOLLOUT);
        return delivery;
    }

  private:
    static constexpr std::uint32_t onlyHangUp = 0;

    Delivery push(std::string_view line) {
        if (::send(socket_.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
            return Delivery::done;
        const bool full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
        return full ? Delivery::lost : Delivery::readerGone;
    }

    Delivery tellLoss() {
        const auto delivery = push(lostLine(lost_, std::chrono::system_clock::now()));
        if (delivery == Delivery::done) {
            lost_ = 0;
            sd_event_source_set_io_events(source_.get(), onlyHangUp);
        }
        return delivery;
    }

    static int onReady(sd_event_source*, int, std::uint32_t events, void* self) {
        auto& monitor = *static_cast<Monitor*>(self);
        const bool hungUp = (events & (EPOLLHUP | EPOLLERR)) != 0;
        if (hungUp || monitor.tellLoss() == Delivery::readerGone)
            monitor.all_.forget(monitor);
        return 0;
    }

    Monitors& all_;
    FileDescriptor socket_;
    EventSource source_;
    ChangeFilter filter_;
    std::uint64_t lost_ = 0;
};

Monitors::Monitors(sd_event* loop) : loop_(loop) {}

Monitors::~Monitors() = default;

FileDescriptor Monitors::open(const ChangeFilter& filter) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open a monitor's socket");
    FileDescriptor ours{ends[0]};
    FileDescriptor readers{ends[1]};
    monitors_.push_back(std::make_unique<Monitor>(*this, std::move(ours), filter));
    return readers;
}

void Monitors::send(const core::Change& change, std::string_view line) {
    std::erase_if(monitors_, [&](const auto& monitor) {
        return monitor->send(change, line) == Monitor::Delivery::readerGone;
    });
}

void Monitors::forget(const Monitor& monitor) {
    std::erase_if(monitors_, [&monitor](const auto& known) { return known.get() == &monitor; });
}

} // namespace subflowd::dbus
