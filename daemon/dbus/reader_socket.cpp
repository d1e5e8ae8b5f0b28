// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/reader_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace subflowd::dbus {

namespace {

constexpr std::uint32_t onlyHangUp = 0;

/// Beyond net.core.wmem_max, which only a privileged process may pass.
void enlargeQueue(int fd, int bytes) {
    if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

} // namespace

std::pair<FileDescriptor, FileDescriptor> ReaderSocket::makePair() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open a reader's socket");
    return {FileDescriptor{ends[0]}, FileDescriptor{ends[1]}};
}

ReaderSocket::ReaderSocket(sd_event* loop, FileDescriptor socket, int queueBytes,
                           Callbacks callbacks)
    : socket_(std::move(socket)), callbacks_(std::move(callbacks)) {
    enlargeQueue(socket_.get(), queueBytes);
    sd_event_source* source = nullptr;
    requireEventLoop(
        sd_event_add_io(loop, &source, socket_.get(), onlyHangUp, &ReaderSocket::onReady, this),
        "cannot watch a reader's socket");
    source_.reset(source);
    sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
}

ReaderSocket::Delivery ReaderSocket::send(std::string_view line) {
    const auto delivery = lost_ > 0 ? Delivery::lost : push(line);
    if (delivery == Delivery::lost && ++lost_ == 1)
        sd_event_source_set_io_events(source_.get(), EPOLLOUT);
    return delivery;
}

ReaderSocket::Delivery ReaderSocket::push(std::string_view line) {
    if (::send(socket_.get(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
        return Delivery::done;
    const bool full = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM || errno == EMSGSIZE;
    return full ? Delivery::lost : Delivery::readerGone;
}

ReaderSocket::Delivery ReaderSocket::tellLoss() {
    const auto delivery = push(callbacks_.lossLine(lost_));
    if (delivery == Delivery::done) {
        lost_ = 0;
        sd_event_source_set_io_events(source_.get(), onlyHangUp);
    }
    return delivery;
}

int ReaderSocket::onReady(sd_event_source*, int, std::uint32_t events, void* self) {
    auto& reader = *static_cast<ReaderSocket*>(self);
    const bool hungUp = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (hungUp || reader.tellLoss() == Delivery::readerGone) {
        const auto gone = reader.callbacks_.gone; // the socket may not survive the call
        gone();
    }
    return 0;
}

} // namespace subflowd::dbus
