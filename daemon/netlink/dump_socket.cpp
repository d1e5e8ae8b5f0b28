// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/dump_socket.hpp"

#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <system_error>
#include <utility>

namespace subflowd::netlink {
namespace {

int openEpoll() {
    const int fd = ::epoll_create1(EPOLL_CLOEXEC);
    if (fd < 0)
        throw std::system_error(errno, std::generic_category(),
                                "cannot create an epoll descriptor for netlink dumps");
    return fd;
}

} // namespace

Datagram readDatagram(const Socket& socket, std::vector<std::byte>& buffer) {
    sockaddr_nl sender{};
    iovec space{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof sender;
    message.msg_iov = &space;
    message.msg_iovlen = 1;
    ssize_t length = 0;
    do
        length = ::recvmsg(socket.fd(), &message, MSG_DONTWAIT);
    while (length < 0 && errno == EINTR);
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return {};
    if (length < 0 && errno != ENOBUFS)
        return {Datagram::Status::failed, {}, errno};
    if (length < 0 || (message.msg_flags & MSG_TRUNC) != 0)
        return {Datagram::Status::overrun, {}, ENOBUFS};
    const bool fromKernel = sender.nl_pid == 0;
    return {Datagram::Status::received,
            Bytes(buffer.data(), fromKernel ? static_cast<std::size_t>(length) : 0), 0};
}

DumpSocket::DumpSocket(int protocol)
    : protocol_(protocol),
      socket_(Socket::open(protocol)),
      epoll_(openEpoll()),
      buffer_(datagramBufferSize) {
    watch();
}

DumpSocket::DumpSocket(DumpSocket&& other) noexcept
    : protocol_(other.protocol_),
      socket_(std::move(other.socket_)),
      epoll_(std::exchange(other.epoll_, -1)),
      buffer_(std::move(other.buffer_)),
      request_(std::move(other.request_)),
      progress_(std::exchange(other.progress_, Progress::idle)),
      interrupted_(other.interrupted_),
      error_(other.error_),
      sequence_(other.sequence_),
      repeated_(other.repeated_) {}

DumpSocket::~DumpSocket() {
    if (epoll_ >= 0)
        ::close(epoll_);
}

void DumpSocket::watch() const {
    epoll_event interest{};
    interest.events = EPOLLIN;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_.fd(), &interest) < 0)
        throw std::system_error(errno, std::generic_category(),
                                "cannot watch a netlink socket for dumps");
}

/// The kernel refuses a second dump on a socket whose first has not ended (EBUSY), and offers no
/// way to end one but to close the socket.
void DumpSocket::renewSocket() {
    socket_ = Socket::open(protocol_);
    watch();
}

void DumpSocket::start(std::vector<std::byte> request) {
    const bool abandons = progress_ == Progress::running || progress_ == Progress::failed;
    request_ = std::move(request);
    progress_ = Progress::running;
    try {
        if (abandons)
            renewSocket();
        send();
    } catch (const std::system_error& failure) {
        fail(failure.code().value());
    }
}

void DumpSocket::send() {
    interrupted_ = false;
    ++sequence_;
    std::memcpy(request_.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence_, sizeof sequence_);
    if (::send(socket_.fd(), request_.data(), request_.size(), 0) < 0)
        fail(errno);
}

DumpSocket::Progress DumpSocket::fail(int error) {
    error_ = error;
    return progress_ = Progress::failed;
}

bool DumpSocket::isRow(const Message& message) {
    if (message.header.nlmsg_seq != sequence_)
        return false;
    interrupted_ = interrupted_ || (message.header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (message.header.nlmsg_type != NLMSG_DONE && message.header.nlmsg_type != NLMSG_ERROR)
        return true;
    end(readAs<int>(message.payload).value_or(0));
    return false;
}

void DumpSocket::end(int status) {
    if (status < 0) {
        fail(-status);
    } else if (interrupted_) {
        ++repeated_;
        send();
    } else {
        progress_ = Progress::complete;
    }
}

} // namespace subflowd::netlink
