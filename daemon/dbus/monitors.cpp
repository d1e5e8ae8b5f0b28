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
    Monitor(Monitors& all, FileDescriptor socket, const ChangeFilter& filter,
            std::optional<OwnChanges> own)
        : socket_(all.loop_, std::move(socket), queueBytes,
                  {lossLine, [&all, this] { all.forget(*this); }}),
          filter_(filter),
          own_(std::move(own)) {}

    ReaderSocket::Delivery send(const core::Change& change, std::string_view line,
                                const OwnChanges::OwnerOf& ownerOf) {
        const bool visible = !own_ || own_->take(change, ownerOf);
        return visible && matches(filter_, change) ? socket_.send(line)
                                                   : ReaderSocket::Delivery::done;
    }

  private:
    ReaderSocket socket_;
    ChangeFilter filter_;
    std::optional<OwnChanges> own_;
};

Monitors::Monitors(sd_event* loop, OwnChanges::OwnerOf ownerOf)
    : loop_(loop), ownerOf_(std::move(ownerOf)) {}

Monitors::~Monitors() = default;

FileDescriptor Monitors::open(const ChangeFilter& filter, std::optional<OwnChanges> own) {
    auto [ours, readers] = ReaderSocket::makePair();
    monitors_.push_back(std::make_unique<Monitor>(*this, std::move(ours), filter, std::move(own)));
    return std::move(readers);
}

void Monitors::send(const core::Change& change, std::string_view line) {
    std::optional<std::optional<UserId>> owner; // asked for the first monitor that needs it
    const OwnChanges::OwnerOf ownerOf = [&](Token token) {
        if (!owner)
            owner = ownerOf_(token);
        return *owner;
    };
    std::erase_if(monitors_, [&](const auto& monitor) {
        return monitor->send(change, line, ownerOf) == ReaderSocket::Delivery::readerGone;
    });
}

void Monitors::forget(const Monitor& monitor) {
    std::erase_if(monitors_, [&monitor](const auto& known) { return known.get() == &monitor; });
}

} // namespace subflowd::dbus
