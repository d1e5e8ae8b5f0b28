// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/event_socket.hpp"

#include "netlink/attributes.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace subflowd::netlink {
namespace {

Socket openOnGroup(GroupId group, std::size_t receiveBuffer) {
    auto socket = Socket::open(NETLINK_GENERIC);
    if (receiveBuffer != 0)
        socket.forceReceiveBuffer(receiveBuffer);
    socket.bind();
    try {
        socket.joinGroup(static_cast<std::uint32_t>(group));
    } catch (const std::system_error& refused) {
        if (refused.code() != std::errc::operation_not_permitted)
            throw;
        throw std::system_error(refused.code(),
                                "cannot listen to the kernel's MPTCP events (mptcp_pm_events): "
                                "CAP_NET_ADMIN is needed, start subflowd as its service");
    }
    return socket;
}

std::optional<std::uint64_t> networkOf(const Socket& socket) {
    std::uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    if (::getsockopt(socket.fd(), SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) != 0)
        return std::nullopt;
    return cookie;
}

bool isGenericNetlink(const Socket& socket) {
    int protocol = -1;
    socklen_t size = sizeof protocol;
    return ::getsockopt(socket.fd(), SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
           protocol == NETLINK_GENERIC;
}

} // namespace

/// One datagram a slot. The largest event of Linux 6.18 has 140 bytes.
struct EventSocket::Buffers {
    static constexpr std::size_t slotBytes = 1024;

    Buffers() {
        for (std::size_t i = 0; i < batch; ++i) {
            slices[i] = {bytes[i].data(), slotBytes};
            headers[i].msg_hdr.msg_iov = &slices[i];
            headers[i].msg_hdr.msg_iovlen = 1;
            headers[i].msg_hdr.msg_name = &senders[i];
        }
        rearm(batch);
    }

    /// The kernel overwrites the lengths of names, in the slots it used. Only those are touched:
    /// the others may be out of the cache, and this is the way of every event.
    void rearm(std::size_t used) {
        for (std::size_t i = 0; i < used; ++i)
            headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_nl);
    }

    /// How many datagrams came, or -1. Most come alone, and recvmmsg() would cost them more.
    int receive(int fd, unsigned most) {
        if (most > 1)
            return ::recvmmsg(fd, headers.data(), most, MSG_DONTWAIT, nullptr);
        const auto length = ::recvmsg(fd, &headers[0].msg_hdr, MSG_DONTWAIT);
        headers[0].msg_len = static_cast<unsigned>(std::max<ssize_t>(length, 0));
        return length < 0 ? -1 : 1;
    }

    std::array<iovec, batch> slices{};
    std::array<sockaddr_nl, batch> senders{};
    std::array<mmsghdr, batch> headers{};
    std::array<std::array<std::byte, slotBytes>, batch> bytes{}; // the first beside the rest
};

EventSocket::EventSocket(FamilyId family, GroupId events, std::size_t receiveBuffer)
    : EventSocket(family, openOnGroup(events, receiveBuffer)) {}

EventSocket::EventSocket(FamilyId family, Socket socket)
    : socket_(std::move(socket)), family_(family), buffers_(std::make_unique<Buffers>()) {}

std::optional<EventSocket> EventSocket::adopt(FamilyId family, GroupId events,
                                              std::size_t receiveBuffer, int fd) {
    try {
        Socket socket{fd};
        const auto network = networkOf(socket);
        if (!isGenericNetlink(socket) || !network ||
            network != networkOf(Socket::open(NETLINK_GENERIC)))
            return std::nullopt;
        socket.joinGroup(static_cast<std::uint32_t>(events)); // it may have another number by now
        if (receiveBuffer != 0)
            socket.forceReceiveBuffer(receiveBuffer);
        return EventSocket{family, std::move(socket)};
    } catch (const std::system_error&) {
        return std::nullopt; // a fresh one is as good, but for what it missed
    }
}

EventSocket::EventSocket(EventSocket&&) noexcept = default;
EventSocket& EventSocket::operator=(EventSocket&&) noexcept = default;
EventSocket::~EventSocket() = default;

Drained EventSocket::drain() {
    count_ = 0;
    auto overrun = Overrun::no;
    const int received = receive(overrun);
    for (std::size_t slot = 0; slot < static_cast<std::size_t>(received); ++slot)
        take(slot);
    buffers_->rearm(static_cast<std::size_t>(received));
    const bool filled = received == static_cast<int>(offered_);
    const auto queue = filled || overrun == Overrun::yes ? Queue::mayHoldMore : Queue::empty;
    offered_ = filled ? std::min(2 * offered_, unsigned{batch})
                      : static_cast<unsigned>(std::max(received, 1));
    return {{events_.data(), count_}, overrun, queue};
}

/// How many datagrams came. ENOBUFS comes once, before what is queued.
int EventSocket::receive(Overrun& overrun) {
    for (;;) {
        const int received = buffers_->receive(socket_.fd(), offered_);
        if (received >= 0)
            return received;
        if (errno == EINTR)
            continue;
        if (errno != ENOBUFS || overrun == Overrun::yes)
            return 0;
        overrun = Overrun::yes;
        ++counters_.overruns;
    }
}

void EventSocket::take(std::size_t slot) {
    const auto& header = buffers_->headers[slot];
    const Bytes datagram(buffers_->bytes[slot].data(), header.msg_len);
    const auto message = readAs<nlmsghdr>(datagram);
    const bool fromKernel = buffers_->senders[slot].nl_pid == 0;
    if (!fromKernel || (message && FamilyId{message->nlmsg_type} != family_))
        ++counters_.foreign;
    else if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0)
        ++counters_.malformed;
    else
        add(decode(datagram));
}

void EventSocket::add(const Decoded& decoded) {
    if (decoded.event) {
        ++counters_.events;
        events_[count_++] = *decoded.event;
    } else if (decoded.problem == DecodeProblem::unknownEvent) {
        ++counters_.unknown;
    } else {
        ++counters_.malformed;
    }
}

} // namespace subflowd::netlink
