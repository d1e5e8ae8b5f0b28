// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/monitors.hpp"

#include "dbus/monitor_json.hpp"
#include "dbus/reader_socket.hpp"

#include <algorithm>
#include <utility>

namespace subflowd::dbus {

namespace {

/// A thousand lines and more.
constexpr int queueBytes = 1 << 20;

std::string lossLine(std::uint64_t lost) {
    return lostLine(lost, std::chrono::system_clock::now());
}

} // namespace

/// One reader.
class Monitor {
  public:
    Monitor(Monitors& all, FileDescriptor socket, const ChangeFilter& filter)
        : socket_(all.loop_, std::move(socket), queueBytes,
                  {lossLine, [&all, this] { all.forget(*this); }}),
          filter_(filter) {}

    ReaderSocket::Delivery send(const core::Change& change, std::string_view line) {
        return matches(filter_, change) ? socket_.send(line) : ReaderSocket::Delivery::done;
    }

  private:
    ReaderSocket socket_;
    ChangeFilter filter_;
};

Monitors::Monitors(sd_event* loop) : loop_(loop) {}

Monitors::~Monitors() = default;

FileDescriptor Monitors::open(const ChangeFilter& filter) {
    auto [ours, readers] = ReaderSocket::makePair();
    monitors_.push_back(std::make_unique<Monitor>(*this, std::move(ours), filter));
    return std::move(readers);
}

void Monitors::send(const core::Change& change, std::string_view line) {
    std::erase_if(monitors_, [&](const auto& monitor) {
        return monitor->send(change, line) == ReaderSocket::Delivery::readerGone;
    });
}

void Monitors::forget(const Monitor& monitor) {
    std::erase_if(monitors_, [&monitor](const auto& known) { return known.get() == &monitor; });
}

} // namespace subflowd::dbus
